"""What is asked of an evaluation and what comes out, as plain values."""

from __future__ import annotations

import msgspec

from marketing.rankings import Ranking, parse_ranking
from outcomes.offer_evaluation.cautions import Support

DAY_MS = 86_400_000
RANKINGS = ("greedy", "playbook", "highest-value", "uniform")
"""What is evaluated unless told otherwise."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to evaluate. `rankings` by name, beside `logged`, which is always there.

    Rounds selected from `from_ms` until before `until_ms` (None: no bound), with reactions up to
    `within_ms` later. `floor_ratio`: a probability below it counts as this in weights, and such
    products as not covered.
    """

    rankings: tuple[str, ...] = RANKINGS
    from_ms: int | None = None
    until_ms: int | None = None
    within_ms: int = 7 * DAY_MS
    floor_ratio: float = 0.01
    replicates: int = 1_000
    seed: int = 1

    def is_over(self, at_ms: int) -> bool:
        """Tell whether nothing from `at_ms` on matters any more."""
        return self.until_ms is not None and at_ms > self.until_ms + self.within_ms

    def parsed(self) -> list[Ranking]:
        """Return `logged` and the rankings, each once. Raises ValueError for an unknown one."""
        return [parse_ranking(name) for name in dict.fromkeys(("logged", *self.rankings))]


class Counts(msgspec.Struct):
    """What was found. Rounds: selected in the whole journal, in the time asked for, and of these
    used or left out, by reason. Products of rounds used: shown, and of these reacted to, presented
    without a reaction, and not presented. Times are of selections in the time asked for, or of all
    if there are none in it.
    """

    records: int = 0
    all_selected: int = 0
    selected: int = 0
    used: int = 0
    not_reproduced: int = 0
    second_draw: int = 0
    not_presented: int = 0
    no_reaction: int = 0
    products: int = 0
    products_reacted: int = 0
    products_unanswered: int = 0
    products_not_presented: int = 0
    accepted: int = 0
    first_at_ms: int | None = None
    last_at_ms: int | None = None


class Estimate(msgspec.Struct, frozen=True):
    """An estimate with its 95 % interval, thousandths per round.

    The interval is the estimate plus and minus 1.96 standard deviations of the replicates.
    """

    milli: float
    low_milli: float
    high_milli: float


class Estimates(msgspec.Struct, frozen=True):
    """One ranking: by the three estimators, and the difference from what was logged, by DR."""

    ips: Estimate
    snips: Estimate
    dr: Estimate
    over_logged: Estimate


class RankingFigures(msgspec.Struct, frozen=True):
    """A ranking: what it earns, on how much that stands, and why not to decide on it."""

    name: str
    estimates: Estimates
    support: Support
    cautions: list[str]


class Evaluation(msgspec.Struct, frozen=True):
    """All figures. `recorded_milli` is what the rounds used earned, as recorded, per round.

    `not_reproduced`: the first rounds that did not come out as journaled; `cautions` concern all.
    """

    counts: Counts
    not_reproduced: list[str]
    recorded_milli: float | None
    cautions: list[str]
    rankings: list[RankingFigures]

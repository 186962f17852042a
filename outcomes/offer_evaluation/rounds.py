"""Rounds until their reactions are in: only what the estimators need of each is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from contacts.vocabulary import ReactionKind
from marketing.rankings import Inclusion, Ranking
from outcomes.offer_evaluation.replaying import Presented, Reacted, Selected, Shown
from outcomes.offer_evaluation.sums import RoundSums, Weighed


class Compared(NamedTuple):
    """A round with what each ranking would have made of it.

    By product shown and ranking, `weights`; by ranking: `shares`, the number of products;
    `modelled_milli`, what the model expects of them; `uncovered`, how many of them the engine
    showed with a probability below the floor.
    """

    round_id: str
    customer_id: str
    at_ms: int
    shown: tuple[Shown, ...]
    weights: tuple[tuple[float, ...], ...]
    shares: tuple[float, ...]
    modelled_milli: tuple[float, ...]
    uncovered: tuple[float, ...]


def compared(one: Selected, rankings: Sequence[Ranking], floor: float) -> Compared:
    """Return what each ranking makes of a round, at the moment at which it was selected."""
    as_logged = rankings[0].inclusion(one.choice, one.logged)
    everyone = [each for group in one.logged.scored for each in group]
    expected = {each.candidate.product_id: each.expected_milli for each in everyone}
    found: list[Inclusion] = [as_logged]
    found += [ranking.inclusion(one.choice, one.logged) for ranking in rankings[1:]]
    return Compared(
        one.round_id,
        one.customer_id,
        one.at_ms,
        one.shown,
        tuple(
            tuple(each.get(item.product_id, 0.0) / max(item.propensity, floor) for each in found)
            for item in one.shown
        ),
        tuple(sum(each.values()) for each in found),
        tuple(sum(q * expected[name] for name, q in each.items()) for each in found),
        tuple(
            sum(q for name, q in each.items() if as_logged.get(name, 0.0) < floor) for each in found
        ),
    )


class Open:
    """A round whose reactions are awaited: which products were presented, and what was said."""

    def __init__(self, compared: Compared) -> None:
        self.compared = compared
        self.presented: set[str] = set()
        self.reactions: dict[str, ReactionKind] = {}

    def sums(self) -> RoundSums:
        """Return what the estimators need of the round."""
        one = self.compared
        reacted = [
            Weighed(
                place,
                item.value_milli,
                item.value_milli * (kind is ReactionKind.ACCEPTED),
                item.chance,
                weights,
            )
            for place, (item, weights) in enumerate(zip(one.shown, one.weights, strict=True))
            if (kind := self.reaction(item.product_id)) is not None
        ]
        return RoundSums(one.customer_id, len(one.shown), reacted, one.shares, one.modelled_milli)

    def reaction(self, product_id: str) -> ReactionKind | None:
        """Return how the customer took a product; None: nobody said, or it was not presented."""
        kind = self.reactions.get(product_id)
        return None if kind is ReactionKind.NOT_PRESENTED else kind


class Awaited:
    """Rounds in the order of time, each until `within_ms` after its selection."""

    def __init__(self, within_ms: int) -> None:
        self._within_ms = within_ms
        self._open: dict[str, Open] = {}

    def __len__(self) -> int:
        return len(self._open)

    def add(self, one: Compared) -> None:
        """Await the reactions of a round."""
        self._open[one.round_id] = Open(one)

    def hear(self, one: Presented | Reacted) -> None:
        """Take in what happened to a round; nothing if it is none of those awaited."""
        found = self._open.get(one.round_id)
        if found is None:
            return
        if isinstance(one, Presented):
            found.presented.update(one.product_ids)
        else:
            found.reactions[one.product_id] = one.kind

    def ended(self, now_ms: int | None) -> Iterator[Open]:
        """Yield the rounds whose time for reactions is over; all that are left if None."""
        while self._open:
            round_id, first = next(iter(self._open.items()))
            if now_ms is not None and now_ms - first.compared.at_ms <= self._within_ms:
                return
            del self._open[round_id]
            yield first

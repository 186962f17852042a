"""The evaluation: records in, for each ranking what it would have earned, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from outcomes.offer_evaluation.cautions import Shares, Support, cautions, general_cautions
from outcomes.offer_evaluation.estimates import effective_size, estimates_of
from outcomes.offer_evaluation.figures import Counts, Evaluation, RankingFigures, Request
from outcomes.offer_evaluation.replaying import LeftOut, NotUsable, Replaying, Selected
from outcomes.offer_evaluation.rounds import Awaited, Open, compared
from outcomes.offer_evaluation.sums import Sums
from router.records import Record

LISTED = 20


def evaluate(records: Iterable[Record], request: Request) -> Evaluation:
    """Return the evaluation of the records of a journal, from its first to its last.

    Memory is bounded by the rounds of `within_ms` and by the engine's own state. Raises ValueError
    for an unknown ranking.
    """
    evaluating = Evaluating(request)
    for record in records:
        if request.is_over(record.event.at_ms):
            break
        evaluating.see(record)
    return evaluating.result()


class Evaluating:
    """Takes records in the journal's order."""

    def __init__(self, request: Request) -> None:
        self._request, self._rankings = request, request.parsed()
        self._replaying, self._awaited = Replaying(), Awaited(request.within_ms)
        self._sums = Sums(len(self._rankings), request.replicates, request.seed)
        self._tallies = [_Tally() for _ in self._rankings]
        self._counts = Counts()
        self._not_reproduced: list[str] = []

    def see(self, record: Record) -> None:
        """Take in one record."""
        self._counts.records += 1
        for ended in self._awaited.ended(record.event.at_ms):
            self._take_in(ended)
        for one in self._replaying.see(record):
            if not isinstance(one, Selected | NotUsable):
                self._awaited.hear(one)
            else:
                self._select(one)

    @property
    def awaited_rounds(self) -> int:
        """Return how many rounds are kept because reactions may still come."""
        return len(self._awaited)

    def result(self) -> Evaluation:
        """Return what was found; no record may follow."""
        for ended in self._awaited.ended(None):
            self._take_in(ended)
        counts = self._counts
        totals = self._sums.totals()
        found = estimates_of(totals) if counts.used else []
        return Evaluation(
            counts,
            self._not_reproduced,
            float(totals.recorded_milli[0]) / counts.used if counts.used else None,
            general_cautions(_shares_of(counts)),
            [
                RankingFigures(ranking.name, one, support, cautions(support))
                for ranking, one, tally in zip(self._rankings, found, self._tallies, strict=False)
                for support in [tally.support()]
            ],
        )

    def _is_asked_for(self, at_ms: int) -> bool:
        request = self._request
        return (request.from_ms is None or at_ms >= request.from_ms) and (
            request.until_ms is None or at_ms < request.until_ms
        )

    def _select(self, one: Selected | NotUsable) -> None:
        counts = self._counts
        counts.all_selected += 1
        asked_for = self._is_asked_for(one.at_ms)
        if counts.first_at_ms is None or (asked_for and not counts.selected):
            counts.first_at_ms = one.at_ms
        if asked_for or not counts.selected:
            counts.last_at_ms = one.at_ms
        if not asked_for:
            return
        counts.selected += 1
        if isinstance(one, Selected):
            self._awaited.add(compared(one, self._rankings, self._request.floor_ratio))
        elif one.why is LeftOut.SECOND_DRAW:
            counts.second_draw += 1
        else:
            counts.not_reproduced += 1
            if len(self._not_reproduced) < LISTED:
                self._not_reproduced.append(one.round_id)

    def _take_in(self, one: Open) -> None:
        counts, compared = self._counts, one.compared
        sums = one.sums()
        if not sums.reacted:
            if one.presented:
                counts.no_reaction += 1
            else:
                counts.not_presented += 1
            return
        counts.used += 1
        counts.products += sums.shown
        counts.products_reacted += len(sums.reacted)
        unanswered = sum(
            item.product_id in one.presented and item.product_id not in one.reactions
            for item in compared.shown
        )
        counts.products_unanswered += unanswered
        counts.products_not_presented += sums.shown - len(sums.reacted) - unanswered
        counts.accepted += sum(each.earned_milli > 0 for each in sums.reacted)
        self._sums.add(sums)
        for place, tally in enumerate(self._tallies):
            tally.shares += compared.shares[place]
            tally.uncovered += compared.uncovered[place]
            tally.add([(each.weights[place], each.earned_milli) for each in sums.reacted])


def _shares_of(counts: Counts) -> Shares:
    """Return what shares of rounds and products were left out."""
    left_out = counts.not_reproduced + counts.second_draw
    return Shares(
        rounds_left_out=left_out / max(1, counts.selected),
        unanswered=counts.products_unanswered / max(1, counts.products),
        not_presented=counts.products_not_presented / max(1, counts.products),
    )


class _Tally:
    """What says how much a ranking's figures stand on."""

    def __init__(self) -> None:
        self.shares = self.uncovered = 0.0
        self._weight = self._weight_squares = self._earned = self._earned_squares = 0.0
        self._highest = 0.0

    def add(self, reacted: Sequence[tuple[float, int]]) -> None:
        """Take in the products of a round that were reacted to: (weight, earned)."""
        for weight, earned_milli in reacted:
            earned = weight * earned_milli
            self._weight += weight
            self._weight_squares += weight * weight
            self._earned += earned
            self._earned_squares += earned * earned
            self._highest = max(self._highest, weight)

    def support(self) -> Support:
        """Return the figures."""
        return Support(
            effective_products=effective_size(self._weight, self._weight_squares),
            effective_acceptances=effective_size(self._earned, self._earned_squares),
            not_covered_ratio=self.uncovered / self.shares if self.shares else 0.0,
            highest_weight=self._highest,
        )

"""A journal followed with the engine's own code, and every selection in it made anew.

The state is brought to the moment of each selection, the candidates are found by the code that
found them then, and the probabilities are computed and the draw is made again. What does not come
out as it is in the journal is told and not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from contacts.vocabulary import ReactionKind
from marketing import ledger_changes as c
from marketing.catalogue import CatalogueIndex
from marketing.inclusion import PPB, draw
from marketing.preferences import Preferences
from marketing.rankings import Choice, Logged, logged
from marketing.selection import (
    Asked,
    SelectedProduct,
    candidate_of,
    permitted,
    preference_context,
    select,
)
from outcomes.offer_evaluation.conflicts import may_conflict
from router import marketing_decisions as m
from router.apply import APPLY, begin, finish
from router.decisions import MarketingDecided
from router.offers import Offers
from router.records import Record
from router.rules.selecting import asked_of
from router.state import RoutingState

ROUNDING_PPB = 1_000
"""Probabilities are the same if they differ by no more: exponentials are not to the last bit the
same on every machine."""


class LeftOut(StrEnum):
    """Why a round cannot be used."""

    NOT_REPRODUCED = "not_reproduced"
    """What is known of the state and the seed do not give the products that are in the journal."""
    SECOND_DRAW = "second_draw"
    """Products drawn first could not be shown together (whether or not they were drawn), so the
    probabilities are not those of one draw."""


class Shown(NamedTuple):
    """A product of a round: how likely the engine was to show it, and what was expected of it."""

    product_id: str
    value_milli: int
    propensity: float
    chance: float


class Selected(NamedTuple):
    """A round that was made anew: `shown` best first; `choice` and `logged` hold for now only."""

    round_id: str
    customer_id: str
    at_ms: int
    shown: tuple[Shown, ...]
    choice: Choice
    logged: Logged


class NotUsable(NamedTuple):
    """A round that cannot be used."""

    round_id: str
    at_ms: int
    why: LeftOut


class Presented(NamedTuple):
    """Products of a round were presented."""

    round_id: str
    product_ids: tuple[str, ...]


class Reacted(NamedTuple):
    """The customer reacted to a product, or an earlier reaction was corrected."""

    round_id: str
    product_id: str
    kind: ReactionKind
    at_ms: int


Happened = Selected | NotUsable | Presented | Reacted


class Replaying:
    """Follows records in the journal's order; the live state is what the engine's was."""

    def __init__(self) -> None:
        self.state = RoutingState()
        self._index: CatalogueIndex | None = None
        self._playbook = Preferences()

    def see(self, record: Record) -> Iterator[Happened]:
        """Take in one record; yield what happened to rounds, each as the state is just then."""
        state = self.state
        begin(state, record.event.at_ms)
        for one in record.decisions:
            if isinstance(one, m.ProductsSelected):
                yield self._made_anew(record, one)
            elif isinstance(one, m.LedgerChanged):
                yield from _of_ledger(one.change)
            APPLY[type(one)](state, one)
        finish(state, record.event, record.decisions)

    def _made_anew(self, record: Record, one: m.ProductsSelected) -> Selected | NotUsable:
        state = self.state
        asked = self._asked(record, one)
        if asked is None:
            return NotUsable(one.round_id, state.now_ms, LeftOut.NOT_REPRODUCED)
        preferences = state.offers.preferences
        products = permitted(asked).products
        choice = Choice(
            [candidate_of(item) for item, _ in products.values()],
            preference_context(asked),
            preferences,
            self._cold(asked.catalogue),
            asked.settings.products_most,
        )
        again = logged(choice)
        if _is_same_draw(again, one):
            items = {name: item for name, (item, _) in products.items()}
            if not one.is_exact and may_conflict(asked, items, again):
                return NotUsable(one.round_id, state.now_ms, LeftOut.SECOND_DRAW)
            shown = tuple(_shown(each) for each in one.products)
            ids = one.round_id, one.customer_id
            return Selected(*ids, state.now_ms, shown, choice, again)
        is_same = _is_same(_propensities(select(asked, preferences).products), one)
        why = LeftOut.SECOND_DRAW if is_same else LeftOut.NOT_REPRODUCED
        return NotUsable(one.round_id, state.now_ms, why)

    def _asked(self, record: Record, one: m.ProductsSelected) -> Asked | None:
        """Return what the selection depended on; None: it cannot have been made in this state."""
        state = self.state
        assignment = state.assignment(one.contact_id, one.agent_id)
        answer = next((each for each in record.decisions if type(each) is MarketingDecided), None)
        if assignment is None or answer is None or state.offers.index is None:
            return None
        asked = asked_of(state, assignment, answer)
        is_so = (asked.seed, asked.customer_id) == (one.seed, one.customer_id)
        return asked if is_so else None

    def _cold(self, index: CatalogueIndex) -> Preferences:
        """Return the preference model that knows the playbook alone."""
        if self._index is not index:
            offers = Offers()
            offers.set_catalogue(self.state.offers.catalogue)
            self._index, self._playbook = index, offers.preferences
        return self._playbook


def _of_ledger(change: c.AnyLedgerChange) -> Iterator[Presented | Reacted]:
    if isinstance(change, c.FatigueCounted):
        yield Presented(change.round_id, change.product_ids)
    elif isinstance(change, c.ReactionNoted):
        yield Reacted(change.round_id, change.product_id, change.kind, change.at_ms)


def _shown(one: SelectedProduct) -> Shown:
    presented = one.presented
    return Shown(
        one.ref.product_id,
        one.value_milli,
        presented.propensity_ppb / PPB,
        presented.chance,
    )


def _is_same_draw(again: Logged, one: m.ProductsSelected) -> bool:
    """Tell whether one draw gives the journal's products, as likely as the journal says."""
    drawn = {
        again.scored[group][place].candidate.product_id: again.parts[group][place]
        for group, place in draw(again.parts, one.seed)
    }
    return _is_same(drawn, one)


def _is_same(drawn: Mapping[str, int], one: m.ProductsSelected) -> bool:
    said = _propensities(one.products)
    return drawn.keys() == said.keys() and all(
        abs(part - said[name]) <= ROUNDING_PPB for name, part in drawn.items()
    )


def _propensities(products: tuple[SelectedProduct, ...]) -> dict[str, int]:
    return {one.ref.product_id: one.presented.propensity_ppb for one in products}

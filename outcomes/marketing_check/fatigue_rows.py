"""Changes of the ledger, as a journal has them one after the other, as rows for the checker."""

from __future__ import annotations

from collections.abc import Sequence

from contacts.vocabulary import NeverScope
from marketing import ledger_changes as c
from outcomes.marketing_check.fatigue import Row


class RowMaker:
    """Remembers the rounds that were reserved, which later changes only name."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], Row] = {}

    def rows(self, at_ms: int, change: c.AnyLedgerChange) -> list[Row]:
        """Return the rows of a change at `at_ms`, one for each product concerned."""
        match change:
            case c.RoundReserved(round_id=one, contact_id=contact, who=who, products=products):
                for ref in products:
                    row = row_of(at_ms, "reserved", who, contact, one, ref)
                    self.seen[one, ref.product_id] = row
                return [self.seen[one, ref.product_id] for ref in products]
            case c.FatigueCounted(round_id=one, product_ids=ids, restored=restored):
                return self._again(at_ms, one, ids, "restored" if restored else "presented")
            case c.RoundReleased(round_id=one, product_ids=ids):
                return self._again(at_ms, one, ids, "released")
            case c.ReactionNoted(round_id=one, product_id=product, kind=kind, scope=scope):
                event = str(kind) if scope is None else f"never_{scope}"
                return self._again(at_ms, one, (product,), event)
            case _:
                return _said(at_ms, change)

    def _again(self, at_ms: int, one: str, ids: Sequence[str], event: str) -> list[Row]:
        return [self.seen[one, of]._replace(at_ms=at_ms, event=event) for of in ids]


def _said(at_ms: int, change: c.Suppressed | c.SuppressionLifted) -> list[Row]:
    """Return the row of what was said; that of a reaction's never is the reaction's own."""
    if "/" in change.source and isinstance(change, c.Suppressed):
        return []
    verb = "said" if isinstance(change, c.Suppressed) else "unsaid"
    row = Row(at_ms, f"{verb}_{change.scope}", change.customer_id, source=change.source)
    if change.scope is NeverScope.EVERYTHING:
        return [row]
    return [about(row, change.scope, change.of)]


def about(row: Row, scope: NeverScope, of: str) -> Row:
    """Return the row as one about a product or a category."""
    if scope is NeverScope.PRODUCT:
        return row._replace(product=of)
    return row._replace(category=of)


def row_of(at_ms: int, event: str, who: c.Who, contact: str, one: str, ref: c.ProductRef) -> Row:
    """Return the row of one product of a round."""
    return Row(
        at_ms,
        event,
        who.customer_id,
        who.household,
        contact,
        one,
        ref.product_id,
        ref.category,
        ref.campaign_id,
    )

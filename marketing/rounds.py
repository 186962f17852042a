"""Rounds: products selected for a contact are reserved, and then presented or released.

Each function decides and returns changes of the ledger; the caller records and applies them
(`marketing/ledger.py`) before it asks again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from config.marketing import MarketingSettings
from contacts.vocabulary import NeverScope, ReactionKind
from marketing.cool_down import LimitHit
from marketing.fatigue import Standing, keep_ms
from marketing.ledger import Ledger, Round
from marketing.ledger_changes import (
    FatigueCounted,
    ProductRef,
    RoundReleased,
    RoundReserved,
    Who,
)


class Presenting(NamedTuple):
    """What may be presented now: changes, the products, and why others of the round may not."""

    changes: tuple[FatigueCounted | RoundReleased, ...]
    products: tuple[ProductRef, ...]
    hits: Mapping[str, LimitHit]


def reserve(
    ledger: Ledger,
    settings: MarketingSettings,
    who: Who,
    contact_id: str,
    round_id: str,
    products: Sequence[ProductRef],
    now_ms: int,
    agent_id: str = "",
) -> RoundReserved | LimitHit:
    """Reserve a round for a contact and its agent, or return the limit that it would exceed.

    All or nothing. Raises ValueError for no products, one product twice, or a round known already.
    """
    ids = [one.product_id for one in products]
    if not ids or len(set(ids)) < len(ids) or round_id in ledger.rounds:
        raise ValueError(
            f"round {round_id!r} of {ids}: needs at least one product, each once, and an id of its"
            " own"
        )
    standing = Standing(ledger, settings, who, contact_id, now_ms)
    for number, product in enumerate(products):
        hit = standing.hit(product, products[:number])
        if hit is not None:
            return hit
    expires_at_ms = now_ms + settings.reservation_ms
    return RoundReserved(
        round_id,
        contact_id,
        who,
        tuple(products),
        now_ms,
        expires_at_ms,
        expires_at_ms + keep_ms(settings),
        agent_id,
    )


def present(
    ledger: Ledger,
    settings: MarketingSettings,
    round_id: str,
    now_ms: int,
    barred: Collection[str] = (),
) -> Presenting | None:
    """Ask again, at the moment of presentation, what of a reserved round may be presented.

    What may not any more (the customer has said never meanwhile, or limits were tightened) is
    released, and so are the products `barred` by something else. None: the round is not known
    (released, or long ago). Asked twice it changes nothing.
    """
    found = ledger.rounds.get(round_id)
    if found is None:
        return None
    standing = Standing(ledger, settings, found.who, found.contact_id, now_ms, without=round_id)
    chosen = [one.product for one in found.items if one.state == "presented"]
    hits: dict[str, LimitHit] = {}
    fresh, gone = [], []
    for product in _open(found):
        if product.product_id in barred:
            gone.append(product.product_id)
            continue
        hit = standing.hit(product, chosen)
        if hit is None:
            chosen.append(product)
            fresh.append(product.product_id)
        else:
            hits[product.product_id] = hit
    changes: list[FatigueCounted | RoundReleased] = []
    if fresh:
        until_ms = now_ms + keep_ms(settings)
        changes.append(FatigueCounted(round_id, tuple(fresh), now_ms, until_ms))
    if hits or gone:
        changes.append(RoundReleased(round_id, (*hits, *gone), now_ms))
    return Presenting(tuple(changes), tuple(chosen), hits)


def release(ledger: Ledger, round_id: str, now_ms: int) -> RoundReleased | None:
    """Release what of a round was not presented; None: there is nothing to release."""
    found = ledger.rounds.get(round_id)
    ids = tuple(one.product_id for one in _open(found)) if found is not None else ()
    return RoundReleased(round_id, ids, now_ms) if ids else None


def release_contact(
    ledger: Ledger, customer_id: str, contact_id: str, now_ms: int
) -> tuple[RoundReleased, ...]:
    """Release what was selected for a contact and not presented; for when the contact is over."""
    rounds = ledger.of_contact(customer_id, contact_id)
    released = (release(ledger, one.round_id, now_ms) for one in rounds)
    return tuple(one for one in released if one is not None)


class Progress(msgspec.Struct, frozen=True, gc=False):
    """How far one product of a round is, and how the customer took it, if that was recorded.

    `open`: selected, not presented yet. `released`: not presented, or said not to have been.
    """

    state: Literal["open", "presented", "released"]
    reaction: ReactionKind | None = None
    scope: NeverScope | None = None


def progress(ledger: Ledger, round_id: str, product_id: str) -> Progress:
    """Return how far a product of a round is; a round that is not kept any more was released."""
    found = ledger.rounds.get(round_id)
    item = found.item(product_id) if found is not None else None
    if item is None:
        return Progress("released")
    return Progress(item.state, item.reaction, item.scope)


def _open(one: Round) -> Iterator[ProductRef]:
    return (item.product for item in one.items if item.state == "open")

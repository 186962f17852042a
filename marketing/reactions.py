"""Reactions: what a customer's answer to a product means, and corrections of it.

A reaction may come at any time, also after the contact. The same again changes nothing; another
one corrects the first: what it meant is undone, and both stay in the journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from config.marketing import MarketingSettings
from contacts.vocabulary import FollowUp, NeverScope, ReactionKind, Rejection
from marketing import ledger_changes as c
from marketing.cool_down import kept_after
from marketing.fatigue import keep_ms
from marketing.ledger import Item, Ledger, Round


class Meaning(NamedTuple):
    """What a reaction means.

    `counts`: as a presentation. `label`: what the preference model learns, 1 accepted, 0 not,
    None nothing (yet). `follow_up`: what is to be done next.
    """

    counts: bool
    label: int | None
    follow_up: FollowUp | None = None


MEANING = {
    ReactionKind.ACCEPTED: Meaning(True, 1, FollowUp.VERIFICATION_CALL),
    ReactionKind.INTERESTED: Meaning(True, None, FollowUp.FOLLOW_UP),
    ReactionKind.DECLINED: Meaning(True, 0),
    ReactionKind.NOT_NOW: Meaning(True, 0),
    ReactionKind.NEVER_AGAIN: Meaning(True, 0),
    ReactionKind.NOT_PRESENTED: Meaning(False, None),
}


class Reaction(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What an agent says about one product. `scope` is for `never_again` and ignored else.

    `speaker` is the agent whose rounds alone may be meant; None: anybody's.
    """

    customer_id: str
    contact_id: str
    product_id: str
    kind: ReactionKind
    scope: NeverScope = NeverScope.PRODUCT
    agent_id: str = ""
    reason: str | None = None
    speaker: str | None = None


def labels(noted: c.ReactionNoted) -> tuple[int | None, int | None]:
    """Return the label to unlearn and the label to learn, None where there is none."""
    before = MEANING[noted.previous].label if noted.previous is not None else None
    return before, MEANING[noted.kind].label


def follow_ups(noted: c.ReactionNoted) -> tuple[FollowUp | None, FollowUp | None]:
    """Return the follow-up to call off and the one to make, None where there is none."""
    before = MEANING[noted.previous].follow_up if noted.previous is not None else None
    return before, MEANING[noted.kind].follow_up


def react(
    ledger: Ledger, settings: MarketingSettings, reaction: Reaction, now_ms: int
) -> tuple[c.AnyLedgerChange, ...] | Rejection:
    """Return the changes that a reaction at `now_ms` makes: none if it says nothing new.

    `product_not_presented`: the contact was not presented the product, or so long ago that it is
    forgotten. Of several rounds the newest with the product is meant. "Not presented" of what is
    only selected releases it, and that is all: there is nothing to correct.
    """
    found = _presented(ledger, reaction)
    if found is None and not MEANING[reaction.kind].counts:
        found = _selected(ledger, reaction)
        if found is not None:
            return (c.RoundReleased(found[0].round_id, (reaction.product_id,), now_ms),)
    if found is None:
        return Rejection.PRODUCT_NOT_PRESENTED
    one, item = found
    is_never = reaction.kind is ReactionKind.NEVER_AGAIN
    scope = reaction.scope if is_never else None
    if (item.reaction, item.scope) == (reaction.kind, scope):
        return ()
    noted = c.ReactionNoted(
        one.round_id,
        reaction.product_id,
        reaction.kind,
        now_ms,
        now_ms + max(keep_ms(settings), kept_after(reaction.kind, settings.cool_down)),
        item.reaction,
        scope,
        reaction.agent_id,
        reaction.reason,
    )
    return (
        *_undone(one, item, noted),
        noted,
        *_done(one, item, noted),
    )


def say_never(
    ledger: Ledger, customer_id: str, scope: NeverScope, of: str, source: str, now_ms: int
) -> tuple[c.Suppressed, ...]:
    """Return the change for a customer who wants to hear no more of a product, category or all.

    `of` is "" for everything. `source` is who or what says so: `customer`, `import` ... Nothing
    changes if the same source has said so.
    """
    known = ledger.nevers.get(customer_id, ())
    if any((one.scope, one.of, one.source) == (scope, of, source) for one in known):
        return ()
    return (c.Suppressed(customer_id, scope, of, source, now_ms),)


def take_back_never(
    ledger: Ledger, customer_id: str, scope: NeverScope, of: str, now_ms: int
) -> tuple[c.SuppressionLifted, ...]:
    """Return the changes for a customer who may be presented this again, whoever said never."""
    return tuple(
        c.SuppressionLifted(customer_id, scope, of, one.source, now_ms)
        for one in ledger.nevers.get(customer_id, ())
        if (one.scope, one.of) == (scope, of)
    )


def _presented(ledger: Ledger, reaction: Reaction) -> tuple[Round, Item] | None:
    """Return the product's entry in the contact's newest round in which it was presented."""
    for one in ledger.of_contact(reaction.customer_id, reaction.contact_id):
        item = one.item(reaction.product_id) if one.is_of(reaction.speaker) else None
        if item is not None and (item.state == "presented" or item.reaction is not None):
            return one, item
    return None


def _selected(ledger: Ledger, reaction: Reaction) -> tuple[Round, Item] | None:
    """Return the product's entry in the contact's newest round in which it is still to present."""
    for one in ledger.of_contact(reaction.customer_id, reaction.contact_id):
        item = one.item(reaction.product_id) if one.is_of(reaction.speaker) else None
        if item is not None and item.state == "open":
            return one, item
    return None


def _undone(one: Round, item: Item, noted: c.ReactionNoted) -> Iterator[c.AnyLedgerChange]:
    """Yield what takes back the earlier reaction's consequences."""
    if item.scope is not None:
        yield c.SuppressionLifted(
            one.who.customer_id, item.scope, _of(item, item.scope), _source(noted), noted.at_ms
        )
    if item.reaction is ReactionKind.NOT_PRESENTED:
        yield c.FatigueCounted(
            one.round_id, (noted.product_id,), item.counts_at_ms, noted.kept_until_ms, True
        )


def _done(one: Round, item: Item, noted: c.ReactionNoted) -> Iterator[c.AnyLedgerChange]:
    """Yield the reaction's own consequences."""
    if noted.scope is not None:
        yield c.Suppressed(
            one.who.customer_id, noted.scope, _of(item, noted.scope), _source(noted), noted.at_ms
        )
    if not MEANING[noted.kind].counts:
        yield c.RoundReleased(one.round_id, (noted.product_id,), noted.at_ms)


def _of(item: Item, scope: NeverScope) -> str:
    match scope:
        case NeverScope.PRODUCT:
            return item.product.product_id
        case NeverScope.CATEGORY:
            return item.product.category
        case NeverScope.EVERYTHING:
            return ""


def _source(noted: c.ReactionNoted) -> str:
    return f"{noted.round_id}/{noted.product_id}"

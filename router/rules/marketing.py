"""Marketing: the catalogue, what is known of customers, reactions and what follows from them."""

from __future__ import annotations

from pydantic import ValidationError

from config.catalogue import Catalogue
from contacts.vocabulary import ReactionKind, Rejection
from marketing.ledger import Round
from marketing.ledger_changes import AnyLedgerChange, ReactionNoted
from marketing.preference_values import Candidate
from marketing.reactions import Reaction, follow_ups, labels, react, say_never, take_back_never
from router import marketing_decisions as m
from router import marketing_events as e
from router.rules.presenting import not_theirs, present_round
from router.turn import Refused, Turn


def catalogue_changed(turn: Turn, event: e.CatalogueChanged) -> None:
    """Put another catalogue in force, or none."""
    try:
        if event.catalogue is not None:
            Catalogue.model_validate(event.catalogue)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Refused(Rejection.CATALOGUE_INVALID, place, first["msg"]) from error
    turn.emit(m.CatalogueApplied(event.catalogue))


def customer_context_attached(turn: Turn, event: e.CustomerContextAttached) -> None:
    """What is known of the customer, also if it comes late."""
    if event.contact_id not in turn.state.contacts:
        raise Refused(Rejection.CONTACT_UNKNOWN, event.contact_id)
    turn.emit(m.CustomerContextSet(event.contact_id, event.context))


def reaction_recorded(turn: Turn, event: e.ReactionRecorded) -> None:
    """Note how the customer took a product; learn it; what follows from it is to be done.

    A reaction to what is only selected says that it was presented.
    """
    offers, settings = turn.state.offers, turn.state.settings.marketing
    if event.source.startswith("agent/"):
        turn.agent(event.agent_id, event.source)
    one = _round_of(turn, event)
    item = one.item(event.product_id)
    is_open = item is not None and item.state == "open"
    if is_open and event.reaction is not ReactionKind.NOT_PRESENTED:
        present_round(turn, one, one.agent_id or event.agent_id, event.product_id)
    reaction = Reaction(
        customer_id=one.who.customer_id,
        contact_id=event.contact_id,
        product_id=event.product_id,
        kind=event.reaction,
        scope=event.scope,
        agent_id=event.agent_id,
        reason=event.reason,
        speaker=_speaker(event),
    )
    changes = react(offers.ledger, settings, reaction, turn.state.now_ms)
    if isinstance(changes, Rejection):
        raise Refused(changes, event.product_id)
    for noted in changes:
        turn.emit(m.LedgerChanged(noted))
        if isinstance(noted, ReactionNoted):
            _learn(turn, noted)
            _follow_up(turn, event, one.who.customer_id, noted)


def _speaker(event: e.ReactionRecorded) -> str | None:
    """Return the agent whose client speaks; None: a bridge, which may speak for all."""
    return event.agent_id if event.source.startswith("agent/") else None


def _round_of(turn: Turn, event: e.ReactionRecorded) -> Round:
    """Return the newest round with the product that may be meant; raises `Refused`."""
    rounds = turn.state.offers.ledger.rounds_with(event.contact_id, event.product_id)
    if not rounds:
        raise Refused(Rejection.PRODUCT_NOT_PRESENTED, event.product_id)
    speaker = _speaker(event)
    one = next((each for each in rounds if each.is_of(speaker)), None)
    if one is None:
        raise not_theirs(rounds[0])
    return one


def _learn(turn: Turn, noted: ReactionNoted) -> None:
    """Learn a reaction that says something; one that corrects another counts as one more."""
    before, label = labels(noted)
    offers = turn.state.offers
    context = offers.to_learn.get(noted.round_id)
    item = offers.index.items.get(noted.product_id) if offers.index is not None else None
    if label is None or label == before or context is None or item is None:
        return
    product = item.product
    candidate = Candidate(product.product_id, product.category, product.value_milli)
    turn.emit(m.PreferencesLearned(offers.preferences.learn(context, candidate, label == 1)))


def _follow_up(
    turn: Turn, event: e.ReactionRecorded, customer_id: str, noted: ReactionNoted
) -> None:
    call_off, make = follow_ups(noted)
    ids = (event.contact_id, noted.round_id, customer_id)
    if call_off is not None:
        turn.emit(m.FollowUpSet(*ids, event.product_id, call_off, is_cancelled=True))
    if make is not None:
        turn.emit(m.FollowUpSet(*ids, event.product_id, make))
    before, now = labels(noted)
    index = turn.state.offers.index
    item = index.items.get(event.product_id) if index is not None else None
    value_milli = item.product.value_milli if item is not None else 0
    if (before == 1) is not (now == 1):
        turn.emit(
            m.SaleRecorded(
                *ids, event.agent_id, event.product_id, value_milli, is_cancelled=before == 1
            )
        )


def never_said(turn: Turn, event: e.NeverSaid) -> None:
    """A customer wants to hear no more of something, whoever told us, or takes it back."""
    ledger, now_ms = turn.state.offers.ledger, turn.state.now_ms
    changes: tuple[AnyLedgerChange, ...]
    if event.is_taken_back:
        changes = take_back_never(ledger, event.customer_id, event.scope, event.of, now_ms)
    else:
        changes = say_never(ledger, event.customer_id, event.scope, event.of, event.source, now_ms)
    for change in changes:
        turn.emit(m.LedgerChanged(change))

"""Marketing: the catalogue, what is known of customers, presentations and reactions."""

from __future__ import annotations

from pydantic import ValidationError

from config.catalogue import Catalogue
from contacts.customer import NOTHING_KNOWN
from contacts.vocabulary import AssignmentState, ReactionKind, Rejection
from marketing.ledger import Round
from marketing.ledger_changes import AnyLedgerChange, ReactionNoted
from marketing.preference_values import Candidate
from marketing.reactions import Reaction, follow_ups, labels, react, say_never, take_back_never
from marketing.rounds import present, release_contact
from marketing.suppression import Suppression, check
from router import marketing_decisions as m
from router import marketing_events as e
from router.rules.handling import find_assignment
from router.turn import Refused, Turn


def catalogue_changed(turn: Turn, event: e.CatalogueChanged) -> None:
    """Put another catalogue in force."""
    try:
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


def products_presented(turn: Turn, event: e.ProductsPresented) -> None:
    """The agent presents now: the law and the limits are asked again."""
    assignment = find_assignment(turn, event)
    if assignment.state is not AssignmentState.MARKETING:
        raise Refused(Rejection.STATE_FORBIDS, "products_presented", assignment.state.value)
    state = turn.state
    settings, offers = state.settings.marketing, state.offers
    rounds = offers.ledger.of_contact(assignment.customer_id or "", event.contact_id)
    newest = next(rounds, None)
    if newest is None:
        raise Refused(Rejection.PRODUCT_NOT_PRESENTED, event.contact_id)
    why = _barred_now(turn, newest)
    found = present(offers.ledger, settings, newest.round_id, state.now_ms)
    if why is not None or found is None:
        for released in release_contact(
            offers.ledger, assignment.customer_id or "", event.contact_id, state.now_ms
        ):
            turn.emit(m.LedgerChanged(released))
            codes = dict.fromkeys(released.product_ids, why or "released")
            turn.emit(_withdrawn(event, released.round_id, codes))
        return
    for change in found.changes:
        turn.emit(m.LedgerChanged(change))
    if found.hits:
        codes = {name: f"limit_{hit.rule}" for name, hit in found.hits.items()}
        turn.emit(_withdrawn(event, newest.round_id, codes))


def _withdrawn(
    event: e.ProductsPresented, round_id: str, why: dict[str, str]
) -> m.ProductsWithdrawn:
    return m.ProductsWithdrawn(event.contact_id, event.agent_id, round_id, why)


def _barred_now(turn: Turn, one: Round) -> str | None:
    """Return the code of what bars presenting a round now, None: nothing does."""
    state = turn.state
    context = state.offers.contexts.get(one.contact_id, NOTHING_KNOWN)
    for item in one.items:
        found = check(
            state.settings.marketing,
            one.who.customer_id,
            context,
            item.product.category,
            state.now_ms,
            emergency=state.emergency is not None,
        )
        if isinstance(found, Suppression):
            return str(found.reason)
    return None


def reaction_recorded(turn: Turn, event: e.ReactionRecorded) -> None:
    """Note how the customer took a product; learn it; what follows from it is to be done.

    A reaction to what is only selected says that it was presented.
    """
    offers, settings = turn.state.offers, turn.state.settings.marketing
    if event.source.startswith("agent/"):
        turn.agent(event.agent_id, event.source)
    one = _round_of(turn, event)
    item = one.item(event.product_id)
    if (
        item is not None
        and item.state == "open"
        and event.reaction is not ReactionKind.NOT_PRESENTED
    ):
        found = present(offers.ledger, settings, one.round_id, turn.state.now_ms)
        if found is None or event.product_id in found.hits or _barred_now(turn, one) is not None:
            raise Refused(Rejection.PRODUCT_NOT_PRESENTED, event.product_id)
        for change in found.changes:
            turn.emit(m.LedgerChanged(change))
    reaction = Reaction(
        customer_id=one.who.customer_id,
        contact_id=event.contact_id,
        product_id=event.product_id,
        kind=event.reaction,
        scope=event.scope,
        agent_id=event.agent_id,
        reason=event.reason,
    )
    changes = react(offers.ledger, settings, reaction, turn.state.now_ms)
    if isinstance(changes, Rejection):
        raise Refused(changes, event.product_id)
    for noted in changes:
        turn.emit(m.LedgerChanged(noted))
        if isinstance(noted, ReactionNoted):
            _learn(turn, noted)
            _follow_up(turn, event, one.who.customer_id, noted)


def _round_of(turn: Turn, event: e.ReactionRecorded) -> Round:
    """Return the contact's newest round with the product; raises `Refused`."""
    one = turn.state.offers.ledger.round_with(event.contact_id, event.product_id)
    if one is None:
        raise Refused(Rejection.PRODUCT_NOT_PRESENTED, event.product_id)
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

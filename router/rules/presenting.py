"""Presenting: everything is asked once more when an agent presents what was selected."""

from __future__ import annotations

from agents.agent import Assignment
from contacts.customer import NOTHING_KNOWN
from contacts.vocabulary import AssignmentState, Rejection
from marketing.barriers import Barrier, Ineligible
from marketing.ledger import Round
from marketing.ledger_changes import ProductRef
from marketing.readiness import why_uncertified
from marketing.rounds import present
from marketing.suppression import Suppression, check
from router import marketing_decisions as m
from router import marketing_events as e
from router.rules.handling import find_assignment
from router.rules.selecting import agent_settings, situation_of
from router.turn import Refused, Turn

NOT_IN_CATALOGUE = "not_in_catalogue"
NOT_WITH_AGENT = "not_with_agent"


def products_presented(turn: Turn, event: e.ProductsPresented) -> None:
    """The agent presents now: what may not be presented any more is withdrawn.

    Only the agent for whom the products were selected can, whoever says so.
    """
    assignment = find_assignment(turn, event)
    if assignment.state is not AssignmentState.MARKETING:
        raise Refused(Rejection.STATE_FORBIDS, "products_presented", assignment.state.value)
    ledger = turn.state.offers.ledger
    newest = next(ledger.of_contact(assignment.customer_id or "", event.contact_id), None)
    if newest is None:
        raise Refused(Rejection.PRODUCT_NOT_PRESENTED, event.contact_id)
    if not newest.is_of(event.agent_id):
        raise not_theirs(newest)
    present_round(turn, newest, event.agent_id)


def not_theirs(one: Round) -> Refused:
    """Return the refusal of a word on another agent's round."""
    return Refused(Rejection.ROUND_OF_ANOTHER_AGENT, one.contact_id, one.agent_id)


def present_round(turn: Turn, one: Round, agent_id: str, wanted: str | None = None) -> None:
    """Count a round as presented by the agent as far as it may be, and withdraw the rest.

    Raises `Refused`, and decides nothing, if the product `wanted` may not be presented.
    """
    state = turn.state
    why = barred_now(turn, one, agent_id)
    found = present(
        state.offers.ledger, state.settings.marketing, one.round_id, state.now_ms, why.keys()
    )
    assert found is not None, "the round is in the ledger"
    why |= {name: f"limit_{hit.rule}" for name, hit in found.hits.items()}
    if wanted in why:
        raise Refused(Rejection.PRODUCT_NOT_PRESENTED, wanted or "")
    for change in found.changes:
        turn.emit(m.LedgerChanged(change))
    if why:
        turn.emit(m.ProductsWithdrawn(one.contact_id, agent_id, one.round_id, why))


def barred_now(turn: Turn, one: Round, agent_id: str) -> dict[str, str]:
    """Return why products of a round that are not presented yet may not be, each by its code.

    The law, the catalogue's rules and the agent's certificates are asked; limits are not.
    """
    refs = [item.product for item in one.items if item.state == "open"]
    assignment = turn.state.assignment(one.contact_id, agent_id)
    if assignment is None or assignment.queue_id not in turn.state.queues:
        return {ref.product_id: NOT_WITH_AGENT for ref in refs}
    codes = _by_law(turn, one, refs)
    for product_id, code in _by_catalogue(turn, assignment, refs).items():
        codes.setdefault(product_id, code)
    return codes


def _by_law(turn: Turn, one: Round, refs: list[ProductRef]) -> dict[str, str]:
    state = turn.state
    context = state.offers.contexts.get(one.contact_id, NOTHING_KNOWN)
    codes = {}
    for ref in refs:
        found = check(
            state.settings.marketing,
            one.who.customer_id,
            context,
            ref.category,
            state.now_ms,
            emergency=state.emergency is not None,
        )
        if isinstance(found, Suppression):
            codes[ref.product_id] = str(found.reason)
    return codes


def _by_catalogue(turn: Turn, assignment: Assignment, refs: list[ProductRef]) -> dict[str, str]:
    """Return what the catalogue in force and the agent's certificates bar."""
    offers = turn.state.offers
    if offers.index is None:
        return {ref.product_id: NOT_IN_CATALOGUE for ref in refs}
    situation, left = situation_of(turn.state, assignment), offers.left()
    codes = {}
    for ref in refs:
        if ref.product_id not in offers.index.items:
            codes[ref.product_id] = NOT_IN_CATALOGUE
            continue
        found = offers.index.why_not(ref.product_id, situation, left)
        if found is not None:
            codes[ref.product_id] = _code(turn, assignment, found)
    return codes


def _code(turn: Turn, assignment: Assignment, found: Ineligible) -> str:
    """Return a barrier's code; of a certificate it says whether the agent had one."""
    if found.barrier is not Barrier.NO_CERTIFICATE:
        return str(found.barrier)
    state = turn.state
    agent = agent_settings(turn.state, assignment.agent_id)
    zone = state.queues[assignment.queue_id].settings.time_zone
    why = why_uncertified(state.settings.marketing, agent, str(found.want), state.now_ms, zone)
    return str(why or found.barrier)

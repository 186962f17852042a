"""Selecting: what an agent may present when the gate is open, reserved until it is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec import structs

from agents.agent import Assignment
from config.routing import AgentSettings, QueueSettings
from contacts.customer import NOTHING_KNOWN
from marketing.eligibility import Situation
from marketing.fatigue import Standing
from marketing.ledger_changes import RoundReserved, Who, who_is
from marketing.readiness import ALL_CATEGORIES, certified_for, is_too_busy
from marketing.rounds import progress, release_contact, reserve
from marketing.selection import Asked, Chosen, preference_context, select
from router import marketing_decisions as m
from router.decisions import MarketingDecided
from router.gatekeeper import values_products
from router.state import RoutingState
from router.turn import Turn


def with_products(turn: Turn, assignment: Assignment, answer: MarketingDecided) -> MarketingDecided:
    """Select and reserve products for a gate that is open; deny if there is nothing to present.

    Where products give the value, they are selected before, and the gate opens if what is expected
    of them is at least the price.
    """
    offers, settings = turn.state.offers, turn.state.settings.marketing
    is_worth_products = _is_worth_products(turn, assignment, answer)
    if not settings.enabled or not (answer.granted or is_worth_products):
        return answer
    if offers.index is None:
        return structs.replace(answer, granted=False, reason="products_catalogue_missing")
    asked = asked_of(turn.state, assignment, answer)
    chosen = select(asked, offers.preferences)
    if not chosen.products:
        return structs.replace(answer, granted=False, reason=f"products_{chosen.why_none}")
    if is_worth_products:
        answer = _worth(answer, chosen)
    if answer.granted:
        _reserve(turn, assignment, asked, chosen)
    return answer


def _is_worth_products(turn: Turn, assignment: Assignment, answer: MarketingDecided) -> bool:
    """Tell whether a policy's price is to be compared with what the products are worth."""
    queue = turn.state.queues.get(assignment.queue_id)
    if queue is None or answer.price_milli is None or not answer.reason.startswith("policy_"):
        return False
    return values_products(turn.state, assignment, queue.settings.gate)


def _worth(answer: MarketingDecided, chosen: Chosen) -> MarketingDecided:
    """Return the answer for a customer worth the products chosen, the price being what it was."""
    assert answer.price_milli is not None
    value_milli = chosen.expected_milli
    granted = value_milli >= answer.price_milli
    return structs.replace(answer, granted=granted, value_milli=value_milli, from_products=True)


def asked_of(state: RoutingState, assignment: Assignment, answer: MarketingDecided) -> Asked:
    """Return what selecting for an assignment depends on now; there must be a catalogue."""
    offers, settings, now_ms = state.offers, state.settings.marketing, state.now_ms
    assert offers.index is not None
    context = offers.contexts.get(assignment.contact_id, NOTHING_KNOWN)
    agent = agent_settings(state, assignment.agent_id)
    who = _who(state, assignment)
    return Asked(
        settings=settings,
        catalogue=offers.index,
        customer_id=assignment.customer_id,
        context=context,
        situation=situation_of(state, assignment),
        standing=Standing(offers.ledger, settings, who, assignment.contact_id, now_ms),
        left=offers.left(),
        is_learner_too_busy=is_too_busy(settings, agent, answer.waiting - answer.idle),
        emergency=state.emergency is not None,
        seed=state.seq * 1_000_003 + assignment.revision,
        now_ms=now_ms,
    )


def agent_settings(state: RoutingState, agent_id: str) -> AgentSettings:
    """Return an agent's settings; one who is not listed has no certificates."""
    return state.listed.get(agent_id) or AgentSettings(agent_id=agent_id)


def situation_of(state: RoutingState, assignment: Assignment) -> Situation:
    """Return what the catalogue's rules depend on now; there must be a catalogue and the queue."""
    assert state.offers.index is not None
    queue = state.queues[assignment.queue_id].settings
    agent = agent_settings(state, assignment.agent_id)
    return state.offers.index.situation(
        state.offers.contexts.get(assignment.contact_id, NOTHING_KNOWN),
        assignment.reason,
        _day(state.now_ms, queue),
        _certificates(state, agent, queue),
    )


def _who(state: RoutingState, assignment: Assignment) -> Who:
    context = state.offers.contexts.get(assignment.contact_id, NOTHING_KNOWN)
    return who_is(assignment.customer_id or "", context)


def _certificates(
    state: RoutingState, agent: AgentSettings, queue: QueueSettings
) -> frozenset[str]:
    """Return the certificates the agent has now, each by name: "*" stands for all there are."""
    index = state.offers.index
    assert index is not None
    everything = frozenset(item.certificate for item in index.items.values())
    if not state.settings.marketing.certificates_needed:
        return everything
    held = certified_for(agent, state.now_ms, queue.time_zone)
    return everything if ALL_CATEGORIES in held else held


def _day(now_ms: int, queue: QueueSettings) -> str:
    moment = datetime.fromtimestamp(now_ms / 1_000, UTC).astimezone(ZoneInfo(queue.time_zone))
    return moment.date().isoformat()


def _reserve(turn: Turn, assignment: Assignment, asked: Asked, chosen: Chosen) -> None:
    """Say what may be presented, and let it count from now on, on every line."""
    contact_id, customer_id = assignment.contact_id, assignment.customer_id
    assert customer_id is not None
    ledger = turn.state.offers.ledger
    round_id = f"{contact_id}/{turn.state.seq}"
    refs = [one.ref for one in chosen.products]
    who, agent_id = _who(turn.state, assignment), assignment.agent_id
    reserved = reserve(
        ledger, asked.settings, who, contact_id, round_id, refs, asked.now_ms, agent_id
    )
    assert isinstance(reserved, RoundReserved), "what was selected keeps within the limits"
    turn.emit(
        m.ProductsSelected(
            contact_id,
            agent_id,
            round_id,
            customer_id,
            chosen.products,
            asked.settings.products_least,
            chosen.barred,
            asked.seed,
            preference_context(asked),
            asked.context.version,
            chosen.is_exact,
        )
    )
    turn.emit(m.LedgerChanged(reserved))


def release_unpresented(turn: Turn, assignment: Assignment) -> None:
    """The contact has left the agent: what was selected and not presented counts no more."""
    if assignment.customer_id is None or not assignment.marketed:
        return
    for released in release_contact(
        turn.state.offers.ledger, assignment.customer_id, assignment.contact_id, turn.state.now_ms
    ):
        turn.emit(m.LedgerChanged(released))


def restate_round(turn: Turn, assignment: Assignment) -> None:
    """Tell again how the round of a contact in hand stands, if it has one."""
    offers = turn.state.offers
    one = offers.in_hand.get(assignment.round_id or "")
    if one is None:
        return
    names = [each.ref.product_id for each in one.products]
    stands = {name: progress(offers.ledger, one.round_id, name) for name in names}
    turn.emit(
        m.ProductsRestated(
            one.contact_id,
            one.agent_id,
            one.round_id,
            one.products,
            one.asked,
            one.barred,
            stands,
        )
    )

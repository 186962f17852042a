"""The gatekeeper: may this agent go on to market to this customer, now that service is complete?

Decided per contact, from the live load of the queues the agent could serve instead: market if the
customer is worth at least the price of the agents' time (Armony and Gurvich 2010, "When
promotions meet operations", M&SOM 12(3), with abandonment; `docs/gate.md`). Every policy is a
price: none at all (closed), nothing (open), or one that depends on the load.

A queue's load is contacts waiting less agents idle. The contact being finished counts, since its
agent is not idle: load -1 means that one other agent is idle. The policy `optimal` also looks at
how many agents are marketing.
"""

from __future__ import annotations

from typing import NamedTuple

from agents.agent import Assignment
from config.gate import GateSettings
from contacts.vocabulary import Mode
from gate.policies import BY_LOAD, price_milli
from queues.contact_queue import ContactQueue
from router.decisions import MarketingDecided
from router.state import RoutingState


class Quote(NamedTuple):
    """A queue's price of the agents' time, thousandths; None: its gate is closed."""

    queue_id: str
    price_milli: int | None
    waiting: int
    idle: int
    marketing: int


def decide(state: RoutingState, assignment: Assignment, more_load: int = 0) -> MarketingDecided:
    """Return the answer, with the numbers it stands on.

    `more_load` asks what it would be with so many idle agents fewer.
    """
    queue = state.queues.get(assignment.queue_id)
    if queue is None:
        return MarketingDecided(assignment.contact_id, assignment.agent_id, False, "queue_gone")
    word = above_policy(state, assignment, queue)
    if word is None:
        quote = policy_quote(state, assignment, queue, more_load)
        word = answered(state, assignment, queue, quote)
    else:
        quote = quote_of(queue, state.now_ms, more_load)
    granted, reason = word
    return MarketingDecided(
        assignment.contact_id,
        assignment.agent_id,
        granted,
        reason,
        quote.queue_id,
        quote.waiting,
        quote.idle,
        quote.price_milli,
        value_of(state, assignment, queue.settings.gate),
        quote.marketing,
    )


def policy_quote(
    state: RoutingState, assignment: Assignment, queue: ContactQueue, more_load: int = 0
) -> Quote:
    """Return the price that decides: the same for all agents of a skill pool."""
    return tightest(state, assignment, queue, quote_of(queue, state.now_ms, more_load), more_load)


def answered(
    state: RoutingState, assignment: Assignment, queue: ContactQueue, quote: Quote
) -> tuple[bool, str]:
    """Return what the policy says at this price, and why."""
    gate = queue.settings.gate
    value_milli = value_of(state, assignment, gate)
    granted = quote.price_milli is not None and value_milli >= quote.price_milli
    return granted, f"policy_{gate.policy}"


def value_of(state: RoutingState, assignment: Assignment, gate: GateSettings) -> int:
    """Return what a contact is worth to market to, as far as that is known beforehand; thousandths.

    The value it brought; else, where products give the value, what was expected of them when the
    gate last asked; else the queue's. At service complete products are asked anew
    (`router/rules/selecting.py`).
    """
    if assignment.value_milli is not None:
        return assignment.value_milli
    if values_products(state, assignment, gate) and assignment.products_milli is not None:
        return assignment.products_milli
    return gate.value_milli


def values_products(state: RoutingState, assignment: Assignment, gate: GateSettings) -> bool:
    """Tell whether a contact is worth what is expected of its products."""
    is_valued = gate.value_from == "products" and assignment.value_milli is None
    return is_valued and state.settings.marketing.enabled


def above_policy(
    state: RoutingState, assignment: Assignment, queue: ContactQueue
) -> tuple[bool, str] | None:
    """Return what overrules the policy: emergency, customer, supervisor, unknown load, guards."""
    if state.emergency is None and not assignment.may_market:
        return False, "customer_excluded"
    return above_policy_of(state, queue)


def above_policy_of(state: RoutingState, queue: ContactQueue) -> tuple[bool, str] | None:
    """Return what overrules the queue's policy, whoever the customer is."""
    if state.emergency is not None:
        return False, "emergency"
    override = state.override(queue.settings.queue_id)
    if override is not None:
        return override.mode is Mode.MARKETING, f"supervisor_{override.mode.value}"
    if state.paused_since_ms is not None or state.silent_bridges:
        return False, "load_unknown"
    if queue.gate.closed_by is not None:
        return False, f"guard_{queue.gate.closed_by}"
    return None


def usual_answer(state: RoutingState, queue: ContactQueue, load: int) -> tuple[bool, str]:
    """Return what a customer of the queue's usual value would be answered at a load, and why."""
    word = above_policy_of(state, queue)
    if word is not None:
        return word
    gate = queue.settings.gate
    price = price_milli(queue, load, state.now_ms)
    return price is not None and gate.value_milli >= price, f"policy_{gate.policy}"


def quote_of(queue: ContactQueue, now_ms: int, more_load: int = 0) -> Quote:
    """Return the queue's price at its load now (or with `more_load`), by its policy."""
    waiting, idle = queue.waiting, queue.lines[""].idle
    price = price_milli(queue, waiting - idle + more_load, now_ms)
    marketing = queue.lines[""].marketing_agents
    return Quote(queue.settings.queue_id, price, waiting, idle, marketing)


def tightest(
    state: RoutingState,
    assignment: Assignment,
    own: ContactQueue,
    own_quote: Quote,
    more_load: int = 0,
) -> Quote:
    """Return the highest price among the queues the agent could serve, closed above all."""
    if own.settings.gate.policy not in BY_LOAD:
        return own_quote
    found = own_quote
    agent = state.agents[assignment.agent_id]
    seen = {own.settings.queue_id}
    for line in state.matcher.lines_of(agent):
        queue_id = line.settings.queue_id
        if queue_id in seen or line.settings.gate.policy not in BY_LOAD:
            continue
        seen.add(queue_id)
        quote = quote_of(state.queues[queue_id], state.now_ms, more_load)
        if found.price_milli is None:
            break
        if quote.price_milli is None or quote.price_milli > found.price_milli:
            found = quote
    return found

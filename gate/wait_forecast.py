"""How long a contact will wait, from its position and from the load.

While all agents are busy, contacts are taken from the head of the queue at the rate N / H (H: mean
handle time), and each of the i contacts ahead leaves at the rate 1 / P. With i ahead the next one
to go takes 1 / (N / H + i / P) on average, so the contact at `position` (1: at the head) is reached
after the sum of these over i = 0 ... position - 1 (Whitt 1999, "Improving service by informing
customers about anticipated delays", Management Science 45(2)).
"""

from __future__ import annotations

from gate.erlang import ErlangQueue


def wait_at_position_ms(
    position: int, agents: int, handle_ms: float, patience_ms: float | None
) -> float:
    """Return the expected wait of the contact at `position` if it stays, with all agents busy.

    Raises ValueError for a position below 1 or no agents.
    """
    _require_place(position, agents)
    rate = agents / handle_ms
    if patience_ms is None:
        return position / rate
    return sum(1.0 / (rate + ahead / patience_ms) for ahead in range(position))


def wait_of_answered_ms(
    position: int, agents: int, handle_ms: float, patience_ms: float | None
) -> float:
    """Return the expected wait of the contact at `position` if it is answered before it leaves.

    Shorter than `wait_at_position_ms`, since long waits end in leaving: with i contacts ahead and
    itself the next one to go takes 1 / (N/H + (i + 1)/P), whoever it is.
    """
    _require_place(position, agents)
    rate = agents / handle_ms
    if patience_ms is None:
        return position / rate
    return sum(1.0 / (rate + (ahead + 1) / patience_ms) for ahead in range(position))


def answered_ratio_at_position(
    position: int, agents: int, handle_ms: float, patience_ms: float | None
) -> float:
    """Return the probability that the contact at `position` is answered before it leaves.

    The product over i of (N/H + i/P) / (N/H + (i + 1)/P) is (N/H) / (N/H + position/P).
    """
    _require_place(position, agents)
    if patience_ms is None:
        return 1.0
    rate = agents / handle_ms
    return rate / (rate + position / patience_ms)


def wait_of_newcomer_ms(queue: ErlangQueue, contacts: int) -> float:
    """Return the expected wait of one who finds `contacts` in the system; 0 with an idle agent."""
    position = contacts - queue.agents + 1
    if position < 1:
        return 0.0
    return wait_at_position_ms(position, queue.agents, queue.handle_ms, queue.patience_ms)


def _require_place(position: int, agents: int) -> None:
    if position < 1 or agents < 1:
        raise ValueError(
            f"position {position} with {agents} agents has no expected wait; both count from 1"
        )

"""What awaits a contact: who finds how many in the system, and whether it will stay to the end.

For the wait at a position see `queues.forecast`, for the stationary part `gate.erlang`.
"""

from __future__ import annotations

from gate.erlang import ErlangQueue
from queues.forecast import require_place, wait_at_position_ms


def wait_of_answered_ms(
    position: int, agents: int, handle_ms: float, patience_ms: float | None
) -> float:
    """Return the expected wait of the contact at `position` if it is answered before it leaves.

    Shorter than `wait_at_position_ms`, since long waits end in leaving: with i contacts ahead and
    itself the next one to go takes 1 / (N/H + (i + 1)/P), whoever it is.
    """
    require_place(position, agents)
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
    require_place(position, agents)
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

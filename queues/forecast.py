"""How long a contact will wait, told while it is queued.

While all agents are busy, contacts are taken from the head of the queue at the rate N / H (N: who
takes contacts, H: the mean handle time), and each of the i contacts ahead gives up at the rate
1 / P. With i ahead the next to go takes 1 / (N / H + i / P) on average, so the contact at
`position` (1: at the head) is reached after the sum of these over i = 0 ... position - 1 (Whitt
1999, "Improving service by informing customers about anticipated delays", Management Science 45(2);
the estimator QL_m of Ibrahim and Whitt 2009, M&SOM 11(3)).
"""

from __future__ import annotations

from math import log

UNKNOWN_HANDLE_MS = 180_000
SUMMED = 32


def estimated_wait_ms(
    position: int, handle_mean_ms: int, agents: int, patience_mean_ms: int = 0
) -> int | None:
    """Return the expected wait of the contact at `position` (from 1), None without agents.

    Milliseconds. `handle_mean_ms` and `patience_mean_ms` are 0 where they are not known; without a
    patience nobody is expected to give up. Raises ValueError for a position below 1.
    """
    if agents <= 0:
        return None
    handle_ms = handle_mean_ms or UNKNOWN_HANDLE_MS
    return round(wait_at_position_ms(position, agents, handle_ms, patience_mean_ms or None))


def wait_at_position_ms(
    position: int, agents: int, handle_ms: float, patience_ms: float | None
) -> float:
    """Return the expected wait of the contact at `position` if it stays, with all agents busy.

    The first terms are summed, the rest of 1 / (a + i) is taken as the integral from half a step
    before: in error by less than 1 / (24 a^2) of a term, and never longer than the line.
    """
    require_place(position, agents)
    rate = agents / handle_ms
    if patience_ms is None:
        return position / rate
    ahead = agents * patience_ms / handle_ms
    first = min(position, SUMMED)
    summed = sum(1.0 / (ahead + i) for i in range(first))
    if position > first:
        summed += log((ahead + position - 0.5) / (ahead + first - 0.5))
    return patience_ms * summed


def require_place(position: int, agents: int) -> None:
    """Raise ValueError for a place that is none."""
    if position < 1 or agents < 1:
        raise ValueError(
            f"position {position} with {agents} agents has no expected wait; both count from 1"
        )


def updated_mean_ms(mean_ms: int, sample_ms: int) -> int:
    """Fold a handle time into an exponentially weighted mean (weight 1/16), whole milliseconds."""
    if mean_ms == 0:
        return sample_ms
    return mean_ms + (sample_ms - mean_ms) // 16

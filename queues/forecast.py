"""How long a contact will wait, told while it is queued.

While all agents are busy, contacts are taken from the head of the queue at the rate N / H (N: who
takes contacts, H: the mean handle time), and each of the i contacts ahead gives up at the rate
1 / P. With i ahead the next to go takes 1 / (N / H + i / P) on average, so the contact at
`position` (1: at the head) is reached after the sum of these over i = 0 ... position - 1 (Whitt
1999, "Improving service by informing customers about anticipated delays", Management Science 45(2);
the estimator QL_m of Ibrahim and Whitt 2009, M&SOM 11(3)).
"""

from __future__ import annotations

from math import exp, log

UNKNOWN_HANDLE_MS = 180_000
SUMMED = 32


def estimated_wait_ms(
    position: int,
    handle_mean_ms: int,
    agents: int,
    patience_mean_ms: int = 0,
    marketing: int = 0,
    marketing_mean_ms: int = 0,
) -> int | None:
    """Return the expected wait of the contact at `position` (from 1), None without agents.

    Milliseconds. Means are 0 where they are not known; without a patience nobody is expected to
    give up, without a marketing time those who market count like the others. Raises ValueError for
    a position below 1.
    """
    if agents <= 0:
        return None
    handle_ms = handle_mean_ms or UNKNOWN_HANDLE_MS
    patience_ms = patience_mean_ms or None
    busy = min(marketing, agents) if marketing_mean_ms else 0
    return round(
        wait_at_position_ms(position, agents, handle_ms, patience_ms, busy, marketing_mean_ms)
    )


def wait_at_position_ms(
    position: int,
    agents: int,
    handle_ms: float,
    patience_ms: float | None,
    marketing: int = 0,
    marketing_ms: float = 0.0,
) -> float:
    """Return the expected wait of the contact at `position` if it stays, with all agents busy.

    `marketing` agents market now. The gate is closed while contacts wait: nobody else begins, and
    who does ends at the rate 1 / X, so at time t there are m(t) = m e^(-t/X) of them and contacts
    are taken at the rate (N - m(t)) / H + m(t) / X. One mean handle time for all would call the
    first waits after the gate has closed too long (`docs/simulation-validation.md`).
    """
    require_place(position, agents)
    wait_ms, left = 0.0, position
    while marketing and left and position - left < SUMMED:
        left -= 1
        still = marketing * exp(-wait_ms / marketing_ms)
        rate = (agents - still) / handle_ms + still / marketing_ms
        wait_ms += 1.0 / (rate + (left / patience_ms if patience_ms is not None else 0.0))
    return wait_ms + _wait_without_marketing_ms(left, agents, handle_ms, patience_ms)


def _wait_without_marketing_ms(
    position: int, agents: int, handle_ms: float, patience_ms: float | None
) -> float:
    """Return the sum over all places up to `position`, 0 for none.

    The first terms are summed, the rest of 1 / (a + i) is taken as the integral from half a step
    before: in error by less than 1 / (24 a^2) of a term, and never longer than the line.
    """
    if patience_ms is None:
        return position * handle_ms / agents
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

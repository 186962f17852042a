"""How long a newcomer will wait, told while it is queued."""

from __future__ import annotations

UNKNOWN_HANDLE_MS = 180_000


def estimated_wait_ms(position: int, handle_mean_ms: int, agents: int) -> int | None:
    """Return the expected wait of the contact at `position` (from 1), None without agents.

    The queue-length-based estimator (n + 1) / (s mu) of Ibrahim and Whitt (2009), "Real-time delay
    estimation based on delay history", M&SOM 11(3), with n contacts ahead, s agents who take
    contacts and mean handle time 1/mu. Whole numbers only, so that every machine agrees.
    """
    if agents <= 0:
        return None
    return position * (handle_mean_ms or UNKNOWN_HANDLE_MS) // agents


def updated_mean_ms(mean_ms: int, sample_ms: int) -> int:
    """Fold a handle time into an exponentially weighted mean (weight 1/16), whole milliseconds."""
    if mean_ms == 0:
        return sample_ms
    return mean_ms + (sample_ms - mean_ms) // 16

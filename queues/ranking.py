"""The order of service: one number per contact, smaller goes first.

Priority with linear ageing has an order that never changes while contacts wait: everyone ages at
the same speed, so a step of priority is the same as a fixed amount of waiting already done
(Kleinrock 1964, "A delay dependent queue discipline", with equal slopes). The rank is therefore
the moment the wait began, moved into the past by credit and priority, in milliseconds.
"""

from __future__ import annotations

from config.routing import QueueSettings

STRICT_STEP_MS = 10_000_000_000_000  # over 300 years: no wait outweighs a step


def rank_of(settings: QueueSettings, waiting_since_ms: int, priority: int) -> int:
    """Return the rank in milliseconds of a contact whose (credited) wait began then."""
    if priority == 0:
        return waiting_since_ms
    step = STRICT_STEP_MS if settings.strict_priority else settings.priority_step_ms or 0
    return waiting_since_ms - priority * step

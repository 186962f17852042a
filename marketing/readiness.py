"""Readiness: which product categories an agent may present, and whether it is quiet enough."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from config.marketing import MarketingSettings
from config.routing import AgentSettings
from contacts.vocabulary import Unqualified

ALL_CATEGORIES = "*"
NO_EXPIRY = "none"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_END_OF_CALENDAR_MS = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND


def why_uncertified(
    settings: MarketingSettings,
    agent: AgentSettings,
    certificate: str,
    now_ms: int,
    time_zone: str = "UTC",
) -> Unqualified | None:
    """Return why the agent may not present what needs a certificate now, None if the agent may.

    `now_ms` is the engine's time; `time_zone` the queue's, in which a certificate's last day ends.
    Raises `zoneinfo.ZoneInfoNotFoundError` for an unknown zone.
    """
    if not settings.certificates_needed:
        return None
    names = (certificate, ALL_CATEGORIES)
    expiries = [agent.certificates[one] for one in names if one in agent.certificates]
    if not expiries:
        return Unqualified.NO_CERTIFICATE
    if any(_is_valid(expiry, now_ms, time_zone) for expiry in expiries):
        return None
    return Unqualified.CERTIFICATE_EXPIRED


def is_too_busy(settings: MarketingSettings, agent: AgentSettings, load: int) -> bool:
    """Tell whether a learner is to serve only at this load.

    `load` is contacts waiting less agents idle, as the gate counts it.
    """
    return agent.learner and load > settings.learner_load_max


def certified_for(agent: AgentSettings, now_ms: int, time_zone: str = "UTC") -> frozenset[str]:
    """Return the categories of the agent's certificates that are valid now; "*" stands for all."""
    return frozenset(
        category
        for category, expiry in agent.certificates.items()
        if _is_valid(expiry, now_ms, time_zone)
    )


def _is_valid(expiry: str, now_ms: int, time_zone: str) -> bool:
    return expiry == NO_EXPIRY or now_ms < _end_of_day_ms(expiry, time_zone)


@lru_cache(maxsize=1_024)
def _end_of_day_ms(day: str, time_zone: str) -> int:
    """Return when the day is over in the zone."""
    try:
        next_day = date.fromisoformat(day) + timedelta(days=1)
        midnight = datetime.combine(next_day, time(), ZoneInfo(time_zone)).astimezone(UTC)
    except OverflowError:
        return _END_OF_CALENDAR_MS
    return (midnight - _EPOCH) // _MILLISECOND

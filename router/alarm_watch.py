"""The alarm watch: which causes have lasted long enough to tell a supervisor, and which are over.

Hysteresis in time, so that a figure which wavers about its limit raises one alarm and not many.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from zlib import crc32

import msgspec

AlarmCode = Literal[
    "service_level_low",
    "longest_wait_high",
    "nobody_signed_in",
    "guard_active",
    "emergency",
    "bridge_silent",
    "agent_lost",
    "rona",
    "wrap_up_long",
    "engine_paused",
]
Severity = Literal["warning", "critical"]
Values = dict[str, int | float | str]

VALUES_EVERY_MS = 5_000
"""An alarm's values are told again no more often than this."""
_LONGEST_SUBJECT = 80


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a subject (a queue, an agent, a contact, a bridge, the engine).

    `since_ms` is when it began, None if that is not known; then its first sight counts, and it has
    to last. `values` are what was measured, and limits.
    """

    code: AlarmCode
    subject: str
    severity: Severity = "warning"
    since_ms: int | None = None
    queue_id: str | None = None
    agent_id: str | None = None
    values: Values = {}


class Alarm(msgspec.Struct, kw_only=True):
    """A cause since it was first seen; `gone_ms` is since when it has been gone, if it is."""

    alarm_id: str
    since_ms: int
    cause: Cause
    is_raised: bool = False
    gone_ms: int | None = None
    told_ms: int = 0


def alarm_id_of(cause: Cause, since_ms: int) -> str:
    """Return `{code}:{subject}:{since_ms}`; of a long subject its beginning and a checksum."""
    subject = cause.subject
    if len(subject) > _LONGEST_SUBJECT:
        subject = f"{subject[:_LONGEST_SUBJECT]}~{crc32(subject.encode()):08x}"
    return f"{cause.code}:{subject}:{since_ms}"


class AlarmWatch:
    """Follows causes. Times are milliseconds; see `config/alarms.py` for the two limits."""

    def __init__(self, raise_after_ms: int, clear_after_ms: int) -> None:
        self.followed: dict[str, Alarm] = {}
        """By code and subject: what to write to go on later."""
        self._raise_after_ms = raise_after_ms
        self._clear_after_ms = clear_after_ms

    def see(self, causes: Iterable[Cause], now_ms: int) -> dict[str, Alarm]:
        """Take in all causes there are at `now_ms`; return the alarms raised, by id."""
        gone = self.followed
        self.followed = {}
        for cause in causes:
            key = _key(cause)
            self.followed[key] = self._lasting(gone.pop(key, None), cause, now_ms)
        for key, alarm in gone.items():
            if self._is_kept(alarm, now_ms):
                self.followed[key] = alarm
        return {one.alarm_id: one for one in self.followed.values() if one.is_raised}

    def adopt(self, alarm: Alarm) -> None:
        """Go on with an alarm raised by an earlier watch, unless its cause is followed already."""
        self.followed.setdefault(_key(alarm.cause), alarm)

    def _lasting(self, alarm: Alarm | None, cause: Cause, now_ms: int) -> Alarm:
        if alarm is None or cause.since_ms not in (None, alarm.since_ms):
            since_ms = cause.since_ms if cause.since_ms is not None else now_ms
            alarm = Alarm(alarm_id=alarm_id_of(cause, since_ms), since_ms=since_ms, cause=cause)
        alarm.gone_ms = None
        lasts = cause.since_ms is not None or now_ms - alarm.since_ms >= self._raise_after_ms
        if not alarm.is_raised and lasts:
            alarm.is_raised = True
        if now_ms - alarm.told_ms >= VALUES_EVERY_MS or not alarm.is_raised:
            alarm.cause, alarm.told_ms = cause, now_ms
        return alarm

    def _is_kept(self, alarm: Alarm, now_ms: int) -> bool:
        """Tell whether an alarm whose cause is gone is not over yet."""
        if not alarm.is_raised or alarm.cause.since_ms is not None:
            return False
        if alarm.gone_ms is None:
            alarm.gone_ms = now_ms
        return now_ms - alarm.gone_ms < self._clear_after_ms


def _key(cause: Cause) -> str:
    return alarm_id_of(cause, 0)

"""Opening hours: whether a queue is open at a moment, and when that changes next. Pure.

Hours are read off the wall clock of the queue's time zone. Where the clock is put forward, the
skipped hour does not happen; where it is put back, the repeated hour is open twice. Moments are
integer milliseconds since 1970-01-01T00:00Z.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.base import DAY_MS, OpeningHours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS = 16
"""Weekly hours change within a week, or, where a clock change swallowed the interval, two."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def is_open(hours: Sequence[OpeningHours], time_zone: str, at_ms: int) -> bool:
    """Tell whether the intervals cover the moment; no intervals means always open.

    Raises `zoneinfo.ZoneInfoNotFoundError` for an unknown zone.
    """
    return not hours or _covers(hours, _local(at_ms, ZoneInfo(time_zone)))


def next_change_ms(hours: Sequence[OpeningHours], time_zone: str, after_ms: int) -> int | None:
    """Return the first moment after `after_ms` when open turns to closed or back; None if never."""
    zone = ZoneInfo(time_zone)
    now_open = is_open(hours, time_zone, after_ms)
    for day in range(HORIZON_DAYS if hours else 0):
        start_ms = after_ms + day * DAY_MS
        for moment_ms in _candidates(hours, zone, start_ms, start_ms + DAY_MS):
            if _covers(hours, _local(moment_ms, zone)) is not now_open:
                return moment_ms
    return None


def minute_of_day(clock: str) -> int:
    """Return the minutes since midnight of HH:MM; 1440 for 24:00."""
    return int(clock[:2]) * 60 + int(clock[3:])


def _local(at_ms: int, zone: ZoneInfo) -> datetime:
    return (_EPOCH + at_ms * _MILLISECOND).astimezone(zone)


def _covers(hours: Sequence[OpeningHours], local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    today = WEEKDAYS[local.weekday()]
    yesterday = WEEKDAYS[local.weekday() - 1]
    return any(_interval_covers(one, today, yesterday, minute) for one in hours)


def _interval_covers(one: OpeningHours, today: str, yesterday: str, minute: int) -> bool:
    opens, closes = minute_of_day(one.opens), minute_of_day(one.closes)
    if opens < closes:
        return today in one.days and opens <= minute < closes
    return (today in one.days and minute >= opens) or (yesterday in one.days and minute < closes)


def _candidates(
    hours: Sequence[OpeningHours], zone: ZoneInfo, after_ms: int, until_ms: int
) -> list[int]:
    """Return, in order, each moment in (after, until] at which the state might change."""
    first = _local(after_ms, zone).date() - timedelta(days=1)
    moments = {_clock_change_ms(zone, after_ms, until_ms)}
    for day in range((_local(until_ms, zone).date() - first).days + 1):
        moments.update(_boundaries(hours, zone, first + timedelta(days=day)))
    return sorted(one for one in moments if after_ms < one <= until_ms)


def _boundaries(hours: Sequence[OpeningHours], zone: ZoneInfo, day: date) -> Iterator[int]:
    """Yield the moments at which the intervals that open on `day` open and close.

    A wall-clock time that happens twice is given twice.
    """
    midnight = datetime(day.year, day.month, day.day)
    for one in hours:
        if WEEKDAYS[day.weekday()] not in one.days:
            continue
        opens, closes = minute_of_day(one.opens), minute_of_day(one.closes)
        for minute in (opens, closes if opens < closes else closes + 24 * 60):
            wall = midnight + timedelta(minutes=minute)
            for fold in (0, 1):
                instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
                yield (instant - _EPOCH) // _MILLISECOND


def _clock_change_ms(zone: ZoneInfo, after_ms: int, until_ms: int) -> int:
    """Return when the zone's offset takes the value it has at `until_ms`; `after_ms` if no change.

    Bisects, so of several changes in one span it finds one; no zone has two in a day.
    """
    offset = _local(until_ms, zone).utcoffset()
    if _local(after_ms, zone).utcoffset() == offset:
        return after_ms
    while until_ms - after_ms > 1:
        middle_ms = (after_ms + until_ms) // 2
        if _local(middle_ms, zone).utcoffset() == offset:
            until_ms = middle_ms
        else:
            after_ms = middle_ms
    return until_ms

"""The time a report is about: what people write, and how it is cut into intervals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from queues.local_time import HALF_HOUR_MS, LocalTime

IntervalName = Literal["30m", "1h", "1d"]

_LENGTH_MS = {"30m": HALF_HOUR_MS, "1h": 2 * HALF_HOUR_MS}


class PeriodError(ValueError):
    """A time that cannot be understood or used; the message says what would do."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time: `from_ms` included, `until_ms` not; in words it has a time zone."""

    from_ms: int
    until_ms: int
    time_zone: str

    def intervals(self, name: IntervalName | None) -> list[tuple[int, int]]:
        """Cut the period at local half-hours, hours or midnights; None leaves it whole."""
        if name is None:
            return [(self.from_ms, self.until_ms)]
        local, at_ms, result = LocalTime(self.time_zone), self.from_ms, []
        while at_ms < self.until_ms:
            if name == "1d":
                next_ms = local.next_day_start_ms(at_ms)
            else:
                next_ms = local.interval_start_ms(at_ms, _LENGTH_MS[name]) + _LENGTH_MS[name]
            result.append((at_ms, min(next_ms, self.until_ms)))
            at_ms = next_ms
        return result

    def in_words(self, at_ms: int) -> str:
        """Write an instant as local ISO time with its offset."""
        return local_iso(at_ms, self.time_zone)


def parse_period(from_text: str, to_text: str, time_zone: str, today: date) -> Period:
    """Read what was given as `--from` and `--to`; raises `PeriodError`.

    Each is `today`, `yesterday`, an ISO date or an ISO date-time, local to `time_zone` unless it
    has an offset. A date as the end means the end of that day.
    """
    zone = _zone(time_zone)
    from_ms = _instant_ms(from_text, "--from", zone, today, is_end=False)
    until_ms = _instant_ms(to_text, "--to", zone, today, is_end=True)
    if from_ms >= until_ms:
        raise PeriodError(
            f"--from {from_text} is not before --to {to_text}; exchange them, or leave --to out"
        )
    return Period(from_ms, until_ms, time_zone)


def local_iso(at_ms: int, time_zone: str) -> str:
    """Write an instant as ISO time with the offset of `time_zone`, to the second."""
    return datetime.fromtimestamp(at_ms // 1000, ZoneInfo(time_zone)).isoformat()


def local_date(at_ms: int, time_zone: str) -> date:
    """Return the date of an instant; raises `PeriodError` if there is no such time zone."""
    return datetime.fromtimestamp(at_ms // 1000, _zone(time_zone)).date()


def _zone(time_zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise PeriodError(
            f"there is no time zone {time_zone!r}; give an IANA name like Europe/Zurich or UTC"
        ) from error


def _instant_ms(text: str, option: str, zone: ZoneInfo, today: date, *, is_end: bool) -> int:
    day = _day(text, today)
    if day is not None:
        moment = datetime.combine(day + timedelta(days=is_end), time(), zone)
    else:
        moment = _moment(text, option)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return round(moment.timestamp() * 1000)


def _day(text: str, today: date) -> date | None:
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str, option: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise PeriodError(
            f"{option} {text!r} is not a time; write today, yesterday, a date like 2026-01-31 "
            "or a time like 2026-01-31T08:30"
        ) from error

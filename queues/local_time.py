"""Half-hours and days of a time zone, as instants in milliseconds since 1970 UTC."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HALF_HOUR_MS = 30 * 60_000
_QUARTER_MS = 15 * 60_000  # clocks are only ever changed at quarters of an hour UTC


class LocalTime:
    """Where half-hours and days begin in one IANA time zone.

    The last answer is remembered, so that asking for times that mostly go forward is cheap.
    Raises `ZoneInfoNotFoundError` for a zone that does not exist.
    """

    def __init__(self, time_zone: str) -> None:
        self.time_zone = time_zone
        self._zone = ZoneInfo(time_zone)
        self._quarter = -1
        self._offset_ms = 0
        self._day = (0, 0)

    def half_hour_start_ms(self, at_ms: int) -> int:
        """Return when the half-hour (of local clocks) that contains `at_ms` began."""
        return self.interval_start_ms(at_ms, HALF_HOUR_MS)

    def interval_start_ms(self, at_ms: int, length_ms: int) -> int:
        """Return when the interval that contains `at_ms` began; `length_ms` divides a day."""
        quarter = at_ms // _QUARTER_MS
        if quarter != self._quarter:
            offset = self._local(at_ms).utcoffset() or timedelta()
            self._quarter, self._offset_ms = quarter, offset // timedelta(milliseconds=1)
        return at_ms - (at_ms + self._offset_ms) % length_ms

    def day_start_ms(self, at_ms: int) -> int:
        """Return the local midnight at or before `at_ms`."""
        start_ms, until_ms = self._day
        if not start_ms <= at_ms < until_ms:
            midnight = self._local(at_ms).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
            self._day = (_instant_ms(midnight), _instant_ms(midnight + timedelta(days=1)))
        return self._day[0]

    def next_day_start_ms(self, at_ms: int) -> int:
        """Return the first local midnight after `at_ms`; days of a clock change are not 24 h."""
        self.day_start_ms(at_ms)
        return self._day[1]

    def _local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms // 1000, self._zone)


def _instant_ms(moment: datetime) -> int:
    return round(moment.timestamp()) * 1000

"""Opening hours against a slow oracle that walks minute by minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.base import OpeningHours
from config.hours import HORIZON_DAYS, WEEKDAYS, is_open, next_change_ms

MINUTE_MS = 60_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",  # put its clock forward at midnight
    "Australia/Lord_Howe",  # half an hour of summer time
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",  # skipped a whole day in 2011
]
CLOCK_CHANGES = [
    datetime(2024, 3, 31, 1, tzinfo=UTC),
    datetime(2024, 10, 27, 1, tzinfo=UTC),
    datetime(2024, 3, 10, 7, tzinfo=UTC),
    datetime(2024, 11, 3, 6, tzinfo=UTC),
    datetime(2018, 11, 4, 3, tzinfo=UTC),
    datetime(2018, 2, 18, 2, tzinfo=UTC),
    datetime(2024, 4, 6, 15, tzinfo=UTC),
    datetime(2024, 10, 5, 15, 30, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
]


def ms(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def local_ms(zone: str, *parts: int, fold: int = 0) -> int:
    return ms(datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold))  # type: ignore[misc, arg-type]


def interval(days: str, opens: str, closes: str) -> OpeningHours:
    return OpeningHours(days=days.split(), opens=opens, closes=closes)


def open_minutes_of_week(hours: list[OpeningHours]) -> set[int]:
    """The minutes of a local week, Monday 00:00 being 0, that the intervals paint."""
    painted = set()
    for one in hours:
        opens, closes = (int(t[:2]) * 60 + int(t[3:]) for t in (one.opens, one.closes))
        length = closes - opens if closes > opens else closes - opens + 1440
        for day in one.days:
            start = WEEKDAYS.index(day) * 1440 + opens
            painted |= {minute % 10_080 for minute in range(start, start + length)}
    return painted


def oracle_is_open(painted: set[int], zone: ZoneInfo, at_ms: int) -> bool:
    local = (EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone)
    return local.weekday() * 1440 + local.hour * 60 + local.minute in painted


def oracle_next_change(painted: set[int], zone: ZoneInfo, after_ms: int) -> int | None:
    now = oracle_is_open(painted, zone, after_ms)
    first = after_ms - after_ms % MINUTE_MS + MINUTE_MS
    for at_ms in range(first, after_ms + HORIZON_DAYS * 1440 * MINUTE_MS, MINUTE_MS):
        if oracle_is_open(painted, zone, at_ms) != now:
            return at_ms
    return None


CLOCKS = st.builds(
    "{:02}:{:02}".format,
    st.one_of(st.integers(0, 23), st.integers(0, 3)),  # clocks change in the small hours
    st.sampled_from([0, 1, 15, 30, 59]),
)
INTERVALS = st.builds(
    OpeningHours,
    days=st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True),
    opens=CLOCKS,
    closes=st.one_of(CLOCKS, st.just("24:00")),
)
NEAR_CLOCK_CHANGES = st.builds(
    lambda change, seconds: ms(change) + seconds * 1_000,
    st.sampled_from(CLOCK_CHANGES),
    st.one_of(st.integers(-3 * 86_400, 2 * 86_400), st.integers(-5_400, 5_400)),
)
MOMENTS = st.one_of(
    NEAR_CLOCK_CHANGES, st.integers(ms(datetime(2000, 1, 1, tzinfo=UTC)), 2_000_000_000_000)
)


@given(st.lists(INTERVALS, min_size=1, max_size=4), st.sampled_from(ZONES), MOMENTS)
@settings(max_examples=250, deadline=None)
def test_agrees_with_the_oracle(hours: list[OpeningHours], zone: str, at_ms: int) -> None:
    painted = open_minutes_of_week(hours)
    assert is_open(hours, zone, at_ms) == oracle_is_open(painted, ZoneInfo(zone), at_ms)
    assert next_change_ms(hours, zone, at_ms) == oracle_next_change(painted, ZoneInfo(zone), at_ms)


@given(st.lists(INTERVALS, min_size=1, max_size=4), st.sampled_from(ZONES), MOMENTS)
@settings(max_examples=200, deadline=None)
def test_the_next_change_is_a_change_to_the_millisecond(
    hours: list[OpeningHours], zone: str, at_ms: int
) -> None:
    change_ms = next_change_ms(hours, zone, at_ms)
    if change_ms is not None:
        assert change_ms > at_ms
        assert is_open(hours, zone, change_ms) != is_open(hours, zone, at_ms)
        assert is_open(hours, zone, change_ms - 1) == is_open(hours, zone, at_ms)


def test_no_hours_is_always_open() -> None:
    assert is_open([], "UTC", 0)
    assert next_change_ms([], "UTC", 0) is None


def test_the_whole_week_never_changes() -> None:
    hours = [interval(" ".join(WEEKDAYS), "00:00", "24:00")]
    assert is_open(hours, "Europe/Berlin", 1_700_000_000_000)
    assert next_change_ms(hours, "Europe/Berlin", 1_700_000_000_000) is None


def test_adjoining_intervals_are_one() -> None:
    hours = [interval("mon", "08:00", "12:00"), interval("mon", "12:00", "17:30")]
    at_ms = local_ms("Europe/Berlin", 2024, 1, 15, 9)
    assert next_change_ms(hours, "Europe/Berlin", at_ms) == local_ms(
        "Europe/Berlin", 2024, 1, 15, 17, 30
    )


def test_closing_before_opening_spans_midnight() -> None:
    hours = [interval("fri", "22:00", "06:00")]
    zone = "Europe/Berlin"
    assert is_open(hours, zone, local_ms(zone, 2024, 1, 20, 5, 59))
    assert not is_open(hours, zone, local_ms(zone, 2024, 1, 20, 6))
    assert not is_open(hours, zone, local_ms(zone, 2024, 1, 19, 5))


def test_a_skipped_hour_opens_at_the_clock_change() -> None:
    zone = "Europe/Berlin"
    hours = [interval("sun", "02:30", "12:00")]
    before = local_ms(zone, 2024, 3, 31, 1, 45)
    assert next_change_ms(hours, zone, before) == local_ms(zone, 2024, 3, 31, 3)


def test_a_skipped_interval_waits_for_the_week_after() -> None:
    zone = "Europe/Berlin"
    hours = [interval("sun", "02:15", "02:45")]
    after = local_ms(zone, 2024, 3, 24, 2, 45)
    assert next_change_ms(hours, zone, after) == local_ms(zone, 2024, 4, 7, 2, 15)


def test_a_repeated_hour_is_open_twice() -> None:
    zone = "Europe/Berlin"
    hours = [interval("sun", "02:00", "02:30")]
    first_close = local_ms(zone, 2024, 10, 27, 2, 30, fold=0)
    second_opening = local_ms(zone, 2024, 10, 27, 2, 0, fold=1)
    second_close = local_ms(zone, 2024, 10, 27, 2, 30, fold=1)
    assert next_change_ms(hours, zone, first_close) == second_opening
    assert next_change_ms(hours, zone, second_opening) == second_close


def test_an_unknown_zone_is_an_error() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        is_open([interval("mon", "08:00", "12:00")], "Europe/Berln", 0)

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from config.base import DAY_MS, HOUR_MS, MINUTE_MS
from queues.local_time import HALF_HOUR_MS, LocalTime
from queues.metrics import Handling, QueueMetrics


def instant(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NINE = instant("2026-01-14T09:00")


def test_nothing_happened_has_no_ratios() -> None:
    counts = QueueMetrics().today(NINE)
    assert (counts.asa_ms, counts.aht_ms, counts.abandoned_ratio) == (None, None, None)
    assert counts.service_level_ratio("arrived") is None
    assert counts.service_level_ratio("accepted") is None
    assert counts.service_level_ratio("arrived_less_short_abandons") is None


def busy_quarter() -> QueueMetrics:
    """Five arrived: accepted after 10 s and 50 s, abandoned after 2 s and 70 s, one waits."""
    metrics = QueueMetrics()
    for second in range(5):
        metrics.count_arrived(NINE + second * 1000)
    metrics.count_accepted(NINE, 10_000, in_time=True)
    metrics.count_accepted(NINE + 1000, 50_000, in_time=False)
    metrics.count_left(NINE + 2000, 2_000, "abandoned", short=True)
    metrics.count_left(NINE + 3000, 70_000, "abandoned", short=False)
    return metrics


def test_service_level_by_denominator() -> None:
    counts = busy_quarter().today(NINE + MINUTE_MS)
    assert counts.service_level_ratio("arrived") == 1 / 5
    assert counts.service_level_ratio("accepted") == 1 / 2
    assert counts.service_level_ratio("arrived_less_short_abandons") == 1 / 4


def test_waits_and_abandonments() -> None:
    counts = busy_quarter().today(NINE + MINUTE_MS)
    assert (counts.asa_ms, counts.longest_wait_ms) == (30_000, 70_000)
    assert (counts.abandoned, counts.short_abandoned, counts.waiting) == (2, 1, 1)
    assert counts.abandoned_ratio == 2 / 5


def test_handle_time_leaves_marketing_out() -> None:
    metrics = QueueMetrics()
    metrics.count_handled(NINE, Handling(100_000, 20_000, 30_000, 60_000, transferred=True))
    metrics.count_handled(NINE, Handling(50_000, 0, 0, 0, transferred=False))
    counts = metrics.today(NINE)
    assert counts.aht_ms == 100_000
    assert (counts.marketing_ms, counts.transferred_out) == (60_000, 1)


def test_what_happens_later_counts_where_the_contact_entered() -> None:
    metrics = QueueMetrics()
    metrics.count_arrived(NINE - 1)
    metrics.count_arrived(NINE)
    metrics.count_accepted(NINE - 1, 20_001, in_time=False)
    before, after = metrics.half_hours()
    assert (before[0], before[1].arrived, before[1].accepted) == (NINE - HALF_HOUR_MS, 1, 1)
    assert (after[0], after[1].arrived, after[1].accepted) == (NINE, 1, 0)


def test_the_window_forgets() -> None:
    metrics = QueueMetrics(window_ms=30 * MINUTE_MS)
    metrics.count_arrived(NINE)
    metrics.count_arrived(NINE + 10 * MINUTE_MS)
    assert metrics.window(NINE + 29 * MINUTE_MS).arrived == 2
    assert metrics.window(NINE + 30 * MINUTE_MS).arrived == 1
    metrics.count_refused(NINE + 60 * MINUTE_MS)
    metrics.count_accepted(NINE, 3_600_000, in_time=False)  # its interval is forgotten by now
    counts = metrics.window(NINE + 60 * MINUTE_MS)
    assert (counts.arrived, counts.accepted, counts.refused) == (0, 0, 1)
    assert metrics.today(NINE + 60 * MINUTE_MS).accepted == 1


def test_the_day_begins_at_local_midnight() -> None:
    metrics = QueueMetrics("Asia/Kathmandu")  # UTC+5:45
    midnight = instant("2026-01-13T18:15")
    metrics.count_arrived(midnight - 1)
    metrics.count_arrived(midnight)
    metrics.count_arrived(midnight + 14 * MINUTE_MS)
    assert metrics.today(midnight + HOUR_MS).arrived == 2
    assert [start for start, _ in metrics.half_hours()] == [midnight - HALF_HOUR_MS, midnight]


def test_old_half_hours_are_forgotten() -> None:
    metrics = QueueMetrics()
    for day in range(5):
        metrics.count_arrived(NINE + day * DAY_MS)
    assert [start for start, _ in metrics.half_hours()] == [NINE + 3 * DAY_MS, NINE + 4 * DAY_MS]


def test_days_of_clock_changes() -> None:
    local = LocalTime("Europe/Zurich")
    spring = local.day_start_ms(instant("2026-03-29T12:00"))
    assert local.next_day_start_ms(spring) - spring == 23 * HOUR_MS
    autumn = local.day_start_ms(instant("2026-10-25T12:00"))
    assert local.next_day_start_ms(autumn) - autumn == 25 * HOUR_MS


@given(
    st.lists(st.integers(0, 2 * DAY_MS), min_size=1),
    st.sampled_from(["UTC", "Asia/Kathmandu", "Europe/Zurich", "America/St_Johns"]),
)
def test_local_half_hours_agree_with_the_calendar(offsets: list[int], zone: str) -> None:
    local = LocalTime(zone)
    begin = instant("2026-03-28T12:00")
    for offset in offsets:
        start = datetime.fromtimestamp(
            local.half_hour_start_ms(begin + offset) / 1000, ZoneInfo(zone)
        )
        moment = datetime.fromtimestamp((begin + offset) / 1000, ZoneInfo(zone))
        assert (start.minute % 30, start.second) == (0, 0)
        assert 0 <= (moment.astimezone(UTC) - start.astimezone(UTC)).total_seconds() < 1800

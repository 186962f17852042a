"""What happened in a queue lately."""

from __future__ import annotations

from gate.observed import MINUTE_MS, Observed, ObservedQueue


def test_the_window_slides_by_minutes_and_all_time_stays() -> None:
    queue = ObservedQueue(0, window_ms=10 * MINUTE_MS)
    for minute in range(30):
        queue.arrived(minute * MINUTE_MS)
        queue.served(minute * MINUTE_MS, 60_000 + minute, 0 if minute % 2 else 30_000)
        queue.left_queue(minute * MINUTE_MS, 100, gave_up=minute % 5 == 0)
    recent = queue.recent(30 * MINUTE_MS)
    assert (recent.elapsed_ms, recent.arrived, recent.served) == (10 * MINUTE_MS, 10, 10)
    assert recent.service_ms == sum(60_000 + minute for minute in range(20, 30))
    assert (recent.marketed, recent.marketing_ms) == (5, 150_000)
    assert (recent.abandoned, recent.wait_ms) == (2, 1_000)
    assert (queue.ever.arrived, queue.ever.marketed, queue.ever.abandoned) == (30, 15, 6)


def test_before_the_window_is_full_only_what_was_watched_counts() -> None:
    queue = ObservedQueue(5 * MINUTE_MS, window_ms=60 * MINUTE_MS)
    queue.arrived(7 * MINUTE_MS)
    assert queue.recent(8 * MINUTE_MS) == Observed(elapsed_ms=3 * MINUTE_MS, arrived=1)


def test_a_quiet_hour_is_seen_as_quiet() -> None:
    queue = ObservedQueue(0)
    queue.arrived(1_000)
    recent = queue.recent(180 * MINUTE_MS)
    assert (recent.arrived, recent.elapsed_ms) == (0, 60 * MINUTE_MS)

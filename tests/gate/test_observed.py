"""What happened in a queue lately."""

from __future__ import annotations

import pytest

from gate.observed import HOUR_MS, MINUTE_MS, ObservedQueue


def test_arrivals_slide_by_minutes() -> None:
    queue = ObservedQueue(0, window_ms=10 * MINUTE_MS)
    for minute in range(30):
        queue.arrived(minute * MINUTE_MS)
        queue.arrived(minute * MINUTE_MS + 59_000)
    assert queue.recent_arrivals(30 * MINUTE_MS) == (20, 10 * MINUTE_MS)


def test_before_the_window_is_full_only_what_was_watched_counts() -> None:
    queue = ObservedQueue(5 * MINUTE_MS, window_ms=60 * MINUTE_MS)
    queue.arrived(7 * MINUTE_MS)
    assert queue.recent_arrivals(8 * MINUTE_MS) == (1, 3 * MINUTE_MS)


def test_a_quiet_hour_is_seen_as_quiet() -> None:
    queue = ObservedQueue(0)
    queue.arrived(1_000)
    assert queue.recent_arrivals(180 * MINUTE_MS) == (0, HOUR_MS)


def test_times_fade_and_keep_their_means() -> None:
    queue = ObservedQueue(0, half_life_ms=HOUR_MS)
    for _ in range(8):
        queue.served(60_000, 30_000)
    queue.served(50_000, 0)
    queue.left_queue(9_000, gave_up=True)
    queue.fade(2 * HOUR_MS)
    times = queue.times
    assert (times.served, times.marketed, times.abandoned) == (2.25, 2.0, 0.25)
    assert times.service_ms / times.served == pytest.approx((8 * 60_000 + 50_000) / 9)
    assert times.marketing_ms / times.marketed == pytest.approx(30_000)
    queue.fade(2 * HOUR_MS)
    assert times.served == 2.25

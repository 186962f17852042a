"""Guard rails: each closes the gate by its own limit, and only with enough to go by."""

from __future__ import annotations

from typing import Any

import pytest

from config.gate import GuardSettings
from queues.guards import BrokenGuard, Service, broken_guard
from queues.metrics import QueueCounts

GOOD = QueueCounts(arrived=100, accepted=95, accepted_in_time=90, abandoned=4)


def service(counts: QueueCounts = GOOD, **now: Any) -> Service:
    return Service(
        counts, "arrived", now.get("longest_wait_ms", 0), now.get("occupancy_ratio", 0.5)
    )


ALL = GuardSettings(
    service_level_min_ratio=0.8,
    abandoned_max_ratio=0.05,
    longest_wait_max_ms=60_000,
    occupancy_max_ratio=0.9,
)


def test_good_service_breaks_none_and_no_limits_bind_nothing() -> None:
    assert broken_guard(ALL, service()) is None
    bad = service(QueueCounts(arrived=100), longest_wait_ms=10**9, occupancy_ratio=1.0)
    assert broken_guard(GuardSettings(), bad) is None


@pytest.mark.parametrize(
    ("what", "broken"),
    [
        ({"longest_wait_ms": 60_001}, BrokenGuard("longest_wait", 60_001, 60_000)),
        ({"occupancy_ratio": 0.91}, BrokenGuard("occupancy", 0.91, 0.9)),
        (
            {"counts": QueueCounts(arrived=100, accepted_in_time=79)},
            BrokenGuard("service_level", 0.79, 0.8),
        ),
        (
            {"counts": QueueCounts(arrived=100, accepted_in_time=90, abandoned=6)},
            BrokenGuard("abandoned", 0.06, 0.05),
        ),
    ],
)
def test_each_rail_has_its_limit(what: dict[str, Any], broken: BrokenGuard) -> None:
    assert broken_guard(ALL, service(**what)) == broken


def test_values_at_the_limit_are_good() -> None:
    counts = QueueCounts(arrived=100, accepted_in_time=80, abandoned=5)
    assert broken_guard(ALL, service(counts, longest_wait_ms=60_000, occupancy_ratio=0.9)) is None


def test_ratios_of_a_handful_of_contacts_say_nothing() -> None:
    few = QueueCounts(arrived=19, abandoned=19)
    assert broken_guard(ALL, service(few)) is None
    assert broken_guard(ALL, service(few, occupancy_ratio=None)) is None

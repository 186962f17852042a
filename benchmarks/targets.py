"""What the figures should be, and whether they are."""

from __future__ import annotations

from typing import Any, NamedTuple

P99_MS = 25.0
FSYNC_FOR_P99_MS = 4.0
BESIDE_ECHO_AND_FSYNC_MS = 2.0


class Check(NamedTuple):
    """One figure against its target."""

    name: str
    value: float
    target: str
    met: bool


def check_targets(figures: dict[str, Any]) -> list[Check]:
    """Return a check for each target of the parts that were measured."""
    checks: list[Check] = []
    if core := figures.get("core"):
        checks += _core(core)
    if whole := figures.get("end_to_end"):
        checks += _end_to_end(whole)
    if restart := figures.get("restart"):
        seconds = restart["seconds"]
        checks.append(Check("restart, seconds", seconds, "<= 5", seconds <= 5))
    if follower := figures.get("follower"):
        p95 = follower["cycle_p95_ms"]
        checks.append(Check("follower, CPU of a cycle, p95 ms", p95, "<= 100", p95 <= 100))
    if simulation := figures.get("simulation"):
        checks += _simulation(simulation)
    return checks


def _core(core: dict[str, Any]) -> list[Check]:
    few, many = core["events_per_second"], core["events_per_second_large"]
    ratio = core["cost_ratio_large_to_small"]
    return [
        Check("core, 50 agents, events/s", few, ">= 60,000", few >= 60_000),
        Check("core, 10,000 agents, events/s", many, ">= 20,000", many >= 20_000),
        Check("core, cost per contact large / small", ratio, "<= 2", ratio <= 2),
    ]


def _end_to_end(whole: dict[str, Any]) -> list[Check]:
    capacity, overload = whole["contacts_per_second"], whole["overload"]
    share = overload["share_of_capacity"]
    checks = [Check("capacity, contacts/s", capacity, ">= 400, goal 1,000", capacity >= 400)]
    for latency in whole["latency"]:
        for key, words in (
            ("arrival_to_reservation_ms", "arrival -> reservation"),
            ("freed_to_reservation_ms", "freed -> reservation"),
        ):
            checks += _latency(f"{words} at {latency['rate_per_s']}/s", latency, key)
    return [
        *checks,
        Check("overload x2, share of capacity", share, ">= 0.8", share >= 0.8),
        Check(
            "overload x2, arrivals - journaled - busy",
            overload["offered"] - overload["journaled"] - overload["busy"],
            "0",
            overload["conserved"],
        ),
    ]


def _latency(name: str, latency: dict[str, Any], key: str) -> list[Check]:
    """p50 against echo and fsync of the same run; p99 only where the disk is fast enough."""
    p50, p99 = latency[key]["p50"], latency[key]["p99"]
    fsync_ms = latency["fsync_ms"]["p50"]
    limit = round(latency["echo_ms"]["p50"] + 2 * fsync_ms + BESIDE_ECHO_AND_FSYNC_MS, 2)
    checks = [Check(f"{name}, p50 ms", p50, f"<= {limit} (echo + 2 fsync + 2)", p50 <= limit)]
    if fsync_ms < FSYNC_FOR_P99_MS:
        checks.append(Check(f"{name}, p99 ms", p99, f"<= {P99_MS:g}", p99 <= P99_MS))
    return checks


def _simulation(simulation: dict[str, Any]) -> list[Check]:
    """simpy's speed is a goal; both that and the long day may not have been measured."""
    ours, theirs = simulation["contacts_per_second"], simulation["simpy_contacts_per_second"]
    goal = "" if theirs is None else f", goal {theirs:,} (simpy)"
    checks = [Check("simulation, contacts/s", ours, f">= 10,000{goal}", ours >= 10_000)]
    day = simulation["thousand_agents_day_seconds"]
    if day is not None:
        checks.append(Check("simulation, 12 h of 1,000 agents, s", day, "<= 15", day <= 15))
    return checks

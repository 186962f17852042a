"""The figures of a benchmark as text for people."""

from __future__ import annotations

from typing import Any

from benchmarks.follower import CYCLE_MS
from benchmarks.targets import check_targets


def in_words(figures: dict[str, Any]) -> str:
    """Return all figures, part by part, and the targets at the end."""
    machine = figures["machine"]
    lines = [f"{key:12}{value}" for key, value in machine.items()]
    lines.append(f"{'length':12}{figures['length']}")
    for part, words in (
        ("core", _core),
        ("journal", _journal),
        ("bus", _bus),
        ("end_to_end", _end_to_end),
        ("restart", _restart),
        ("follower", _follower),
        ("simulation", _simulation),
    ):
        if part in figures:
            lines += ["", part, *(f"  {line}" for line in words(figures[part]))]
    if checks := check_targets(figures):
        lines += ["", f"{'target':46}{'measured':>10}  wanted"]
        for check in checks:
            verdict = "" if check.met else "   NOT MET"
            lines.append(f"{check.name:46}{check.value:>10,}  {check.target}{verdict}")
    return "\n".join(lines)


def _core(core: dict[str, Any]) -> list[str]:
    return [
        f"{size['agents']:>6,} agents {size['waiting']:>8,} waiting"
        f"{size['microseconds']:>8} µs a contact"
        for size in core["contact_cost_us"]
    ]


def _journal(journal: dict[str, Any]) -> list[str]:
    lines = [_percentiles("fsync of 4 KiB", journal["fsync_ms"])]
    for append in journal["append"]:
        name = f"append {append['rows']}"
        rate = f"  {append['rows_per_second']:,} rows/s"
        lines.append(_percentiles(name, append["milliseconds"]) + rate)
    return lines


def _bus(bus: dict[str, Any]) -> list[str]:
    per_second = f"{bus['round_trips_per_second']:,} round trips a second (each in and out)"
    return [_percentiles("echo", bus["echo_ms"]), per_second]


def _end_to_end(whole: dict[str, Any]) -> list[str]:
    overload, pauses = whole["overload"], whole["pauses"]
    lines = [f"capacity {whole['contacts_per_second']:,} contacts a second"]
    for latency in whole["latency"]:
        lines.append(f"at {latency['rate_per_s']} a second, median of {latency['runs']}")
        for key, name in (
            ("arrival_to_reservation_ms", "arrival -> reservation"),
            ("freed_to_reservation_ms", "freed -> reservation"),
            ("echo_ms", "echo"),
            ("fsync_ms", "fsync"),
        ):
            lines.append(_percentiles(f"  {name}", latency[key]))
    lines.append(
        f"engine stood still for over 10 ms {pauses['over_10_ms']} times until then,"
        f" at the longest {pauses['longest_ms']} ms"
    )
    lines.append(
        f"overload: {overload['offered_per_second']:,} a second offered,"
        f" {overload['completed_per_second']:,} completed; {overload['offered']:,} arrivals ="
        f" {overload['journaled']:,} journaled + {overload['busy']:,} busy"
    )
    return lines


def _restart(restart: dict[str, Any]) -> list[str]:
    return [
        f"{restart['contacts']:,} live contacts, {restart['agents']:,} agents,"
        f" {restart['records_after_snapshot']:,} records after the snapshot:"
        f" ready in {restart['seconds']} s"
    ]


def _follower(follower: dict[str, Any]) -> list[str]:
    lines = [
        f"{follower['agents_busy']:,} agents busy, {follower['waiting']:,} contacts waiting,"
        f" {follower['contacts_per_second']:g} contacts a second; CPU in {CYCLE_MS} ms:"
    ]
    for part in ("follow", "guards", "show", "cycle"):
        p50, p95, most = (follower[f"{part}_p{one}_ms"] for one in (50, 95, 100))
        lines.append(f"{part:10}p50 {p50}  p95 {p95}  max {most} ms")
    return lines


def _simulation(simulation: dict[str, Any]) -> list[str]:
    theirs, day = simulation["simpy_contacts_per_second"], simulation["thousand_agents_day_seconds"]
    lines = [f"50 agents: {simulation['contacts_per_second']:,} contacts a second of CPU time"]
    if theirs is not None:
        lines.append(f"a bare simpy model: {theirs:,}; ratio {simulation['ratio']:.2f}")
    if day is not None:
        lines.append(f"12 h of 1,000 agents: {day} s")
    return lines


def _percentiles(name: str, one: dict[str, Any]) -> str:
    figures = "".join(f"  {key} {one[key]:.2f}" for key in ("p50", "p90", "p99", "max"))
    return f"{name:26}n {one['count']:>7,}{figures} ms"

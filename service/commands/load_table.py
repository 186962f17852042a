"""The figures of a load run as a few lines for people."""

from __future__ import annotations

from simulation.load_figures import LoadResult, Percentiles


def in_words(result: LoadResult) -> str:
    """Return the figures as lines."""
    rate = "too short to tell" if result.completed_per_s is None else f"{result.completed_per_s:,}"
    lines = [
        f"offered      {result.offered:,} contacts at {result.rate_per_s:g} a second,"
        f" {result.agents:,} agents, mean talk {result.talk_ms:g} ms",
        f"answered     {result.journaled:,} in the journal, {result.busy:,} busy,"
        f" {result.rejected:,} rejected, {result.unanswered:,} not at all",
        f"completed    {result.completed:,} (arrive, reserve, accept, end, wrap-up)"
        f" in {result.seconds:g} s; contacts a second: {rate}",
        f"repeats      {result.repeats:,}; reservations withdrawn: {result.withdrawn:,}",
        "",
        f"{'milliseconds':32}{'n':>9}{'p50':>9}{'p90':>9}{'p99':>9}{'p99.9':>9}{'max':>9}",
        _row("arrival -> reservation", result.arrival_to_reservation_ms),
        _row("agent freed -> next reservation", result.freed_to_reservation_ms),
        _row("event -> reply", result.reply_ms),
        _row("arrival later than planned", result.generator_late_ms),
    ]
    lines += [f"rejected as {reason}: {count:,}" for reason, count in result.errors.items()]
    if not result.conserved:
        lines.append("NOT every contact is accounted for.")
    return "\n".join(lines)


def _row(name: str, one: Percentiles) -> str:
    figures = (one.p50, one.p90, one.p99, one.p999, one.max)
    return f"{name:32}{one.count:>9,}" + "".join(
        f"{'-' if value is None else format(value, '.2f'):>9}" for value in figures
    )

"""Reading a journal into days to replay, and its gate's decisions under other policies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from outcomes.journal import JournalUnavailable
from outcomes.journal_reader import JournalReader
from outcomes.periods import local_date, parse_period
from queues.local_time import LocalTime
from router.decisions import ConfigurationApplied
from router.observer import common_time_zone, queue_settings_of
from router.records import Record, decode_body
from simulation.journal_agents import cut
from simulation.journal_fold import JournalFold, Leg
from simulation.replay_gate import GateComparison
from simulation.replay_journal import JournalDay
from simulation.replay_plan import Switch
from simulation.virtual_policies import Policy
from simulation.virtual_pool import Tell

CONFIGURATION_KIND = "configuration_changed"
NEVER_MS = 1 << 62
SQLITE_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True)
class JournalRequest:
    """Which days of which journal; without dates, from and to: all it holds.

    `from_text` and `to_text` as for `outcomes.periods.parse_period`, in the queues' time zone;
    `now_ms` says what today is.
    """

    path: Path
    dates: Sequence[str]
    from_text: str | None
    to_text: str | None
    now_ms: int
    marketing_mean_ms: int
    policies: Sequence[Policy]


@dataclass(frozen=True)
class JournalContents:
    """The days, and what was seen besides: contacts the queues refused, the gate's decisions."""

    days: list[JournalDay]
    refused: int
    gate: GateComparison
    time_zone: str


def is_journal(path: Path) -> bool:
    """Tell a journal (an SQLite file) by its first bytes."""
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
    except OSError:
        return False


async def read_journal(request: JournalRequest, tell: Tell) -> JournalContents:
    """Return the days of a journal; `tell` hears how many records are read, and of how many.

    Raises `JournalUnavailable` when a day is not in it, or it begins too late to know the queues;
    `PeriodError` for a time that cannot be understood; `JournalDamaged` as reading does.
    """
    reader = await JournalReader.open(request.path)
    try:
        start, head = await reader.pruned_seq(), await reader.head()
        zone = await _time_zone(reader, start)
        from_ms, until_ms = _period(request, zone)
        fold = JournalFold(from_ms, until_ms)
        gate = GateComparison([] if start else request.policies, from_ms, until_ms)
        async for records in _records(reader, start):
            for record in records:
                fold.take(record)
                gate.take(record)
            tell(records[-1].seq - start, head - start)
    finally:
        await reader.close()
    return JournalContents(_days(request, fold, LocalTime(zone)), fold.refused, gate, zone)


async def _records(reader: JournalReader, start: int) -> AsyncIterator[list[Record]]:
    async for rows in reader.read(start):
        bodies = [(row.seq, decode_body(row.body)) for row in rows]
        yield [Record(seq, body.event, body.decisions) for seq, body in bodies]


async def _time_zone(reader: JournalReader, start: int) -> str:
    """Return the time zone that all queues share at the end, else UTC."""
    last = None
    async for rows in reader.read(start):
        for row in rows:
            if row.kind == CONFIGURATION_KIND:
                last = decode_body(row.body)
    found = [one for one in last.decisions if isinstance(one, ConfigurationApplied)] if last else []
    if not found:
        raise JournalUnavailable(
            "no configuration is in it, so the queues are not known",
            "The engine journals it when it starts; give a journal that was not pruned beyond that",
        )
    return common_time_zone({one.time_zone for one in queue_settings_of(found[-1])})


def _period(request: JournalRequest, zone: str) -> tuple[int, int]:
    if request.from_text is None and request.to_text is None:
        return 0, NEVER_MS
    to_text = request.to_text or "today"
    today = local_date(request.now_ms, zone)
    period = parse_period(request.from_text or "1970-01-01", to_text, zone, today)
    return period.from_ms, period.until_ms


def _days(request: JournalRequest, fold: JournalFold, local: LocalTime) -> list[JournalDay]:
    legs: dict[int, list[Leg]] = {}
    for leg in sorted(fold.legs, key=lambda one: one.outcome.queued_at_ms):
        legs.setdefault(local.day_start_ms(leg.outcome.queued_at_ms), []).append(leg)
    held = {local_date(midnight, local.time_zone).isoformat(): midnight for midnight in legs}
    missing = [date for date in request.dates if date not in held]
    if missing or not held:
        raise JournalUnavailable(
            f"no contacts of {', '.join(missing) or 'the time asked for'}",
            f"It holds {', '.join(held) or 'no contacts that are over'}",
        )
    return [
        _day(request, fold, date, (midnight, local.next_day_start_ms(midnight)), legs[midnight])
        for date, midnight in held.items()
        if not request.dates or date in request.dates
    ]


def _day(
    request: JournalRequest, fold: JournalFold, date: str, span: tuple[int, int], legs: list[Leg]
) -> JournalDay:
    settings = fold.settings_at(legs[0].outcome.queued_at_ms)
    assert settings is not None  # `_time_zone` has seen one
    shifts = (cut(one, *span) for one in fold.agents.all_shifts(fold.last_ms))
    return JournalDay(
        date=date,
        midnight_ms=span[0],
        legs=legs,
        all_legs=fold.legs,
        settings=settings,
        shifts=[one for one in shifts if one is not None],
        switches=_switches(fold.switches, *span),
        marketing_mean_ms=request.marketing_mean_ms,
    )


def _switches(switches: Sequence[Switch], from_ms: int, until_ms: int) -> list[Switch]:
    """Return how each queue stood at the beginning, and what opened or closed until the end."""
    before = {one.queue_id: one for one in switches if one.at_ms <= from_ms}
    return [
        *(Switch(from_ms, one.queue_id, one.opens) for one in before.values()),
        *(one for one in switches if from_ms < one.at_ms < until_ms),
    ]

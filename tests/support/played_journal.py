"""A journal of a day that was played in virtual time: the real engine's events and decisions."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from outcomes.journal import JournalIdentity
from outcomes.sqlite_journal import SqliteJournal
from router import decisions as d
from router import events as e
from router.engine import Engine
from router.records import Record
from simulation.results_counts import ReplicationCounts
from simulation.scenario import Scenario
from simulation.virtual_centre import VirtualCentre
from simulation.virtual_policies import parse_policy
from simulation.virtual_scenario import ScenarioDay
from tests.support.routed_history import journal_row

IDENTITY = JournalIdentity("bank", "haifa", "service")


class RecordingEngine(Engine):
    """An engine that keeps what it was told and what it decided."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[Record] = []

    def handle(self, event: e.AnyEvent) -> Any:
        decisions = super().handle(event)
        self._keep(event, tuple(decisions))
        return decisions

    def advance(self, now_ms: int) -> Any:
        decisions = super().advance(now_ms)
        self._keep(e.ClockTicked(event_id="", at_ms=now_ms), tuple(decisions))
        return decisions

    def _keep(self, event: e.AnyEvent, decisions: tuple[d.AnyDecision, ...]) -> None:
        self.records.append(Record(len(self.records) + 1, event, decisions))


def play(one: Scenario, policy: str) -> tuple[list[Record], ReplicationCounts]:
    """Play a scenario's first replication; return the records and what was counted."""
    engine = RecordingEngine()
    day = ScenarioDay(one, seed=1, replication=0)
    counts = VirtualCentre(day, parse_policy(policy), engine).run()
    return engine.records, counts


def write_journal(path: Path, records: list[Record]) -> Path:
    """Write records as the engine's journal has them."""

    async def write() -> None:
        journal = await SqliteJournal.open(path, IDENTITY)
        await journal.append([journal_row(one) for one in records], published_seq=0)
        await journal.close()

    asyncio.run(write())
    return path

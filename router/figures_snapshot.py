"""The observer's figures as bytes, and back: so that a follower goes on where it was.

Settings (thresholds, time zones) are not in it: they come from the state beside it. Nor are
agents' half-hours, which reports take from the outcome store.
"""

from __future__ import annotations

from typing import Any

import msgspec

from config.routing import QueueSettings
from queues.agent_day import AgentDay
from queues.day_slots import DaySlots
from queues.metrics import QueueCounts
from router.activities import AgentAtWork
from router.marketing_day import MarketingSums, RoundSeen
from router.observer import Observer
from router.queue_entries import QueueEntry
from router.standing import Standing

FIGURES_VERSION = 1


class QueueFigures(msgspec.Struct, gc=False):
    """A queue's sums by when their interval began."""

    half_hours: dict[int, QueueCounts]
    window: dict[int, QueueCounts]


class FiguresSnapshot(msgspec.Struct, gc=False):
    """All figures after record `seq`; sums of a day come with when it began."""

    version: int
    seq: int
    now_ms: int
    queues: dict[str, QueueFigures]
    entries: list[QueueEntry]
    last_entry_id: int
    at_work: dict[str, AgentAtWork]
    is_paused: bool
    last_span_id: int
    agents: dict[str, tuple[int, AgentDay]]
    slots: dict[str, tuple[int, DaySlots]]
    in_hand: dict[str, str]
    marketing: dict[str, tuple[int, MarketingSums]]
    marketing_of_agents: dict[str, tuple[int, MarketingSums]]
    rounds: dict[str, RoundSeen]
    standing: Standing
    beside: dict[str, Any] = {}


def dump_figures(observer: Observer, standing: Standing, seq: int, beside: dict[str, Any]) -> bytes:
    """Write the figures after record `seq`; `beside` is what the caller keeps with them."""
    today = observer.today
    waiting = [entry for line in observer.entries.lines.values() for entry in line.values()]
    return msgspec.json.encode(
        FiguresSnapshot(
            FIGURES_VERSION,
            seq,
            observer.now_ms,
            {queue_id: QueueFigures(*one.kept()) for queue_id, one in observer.queues.items()},
            sorted(waiting, key=lambda entry: entry.entry_id),
            observer.entries.last_id,
            observer.activities.agents,
            observer.activities.is_paused,
            observer.activities.last_id,
            today.agents.kept,
            today.slots.kept,
            today.in_hand,
            today.marketing.sums.kept,
            today.marketing.of_agents.kept,
            today.marketing.rounds,
            standing,
            beside,
        )
    )


def read_figures(payload: bytes) -> FiguresSnapshot:
    """Read what `dump_figures` wrote; raises `msgspec.ValidationError` if it is something else."""
    snapshot = msgspec.json.decode(payload, type=FiguresSnapshot)
    if snapshot.version != FIGURES_VERSION:
        raise msgspec.ValidationError(
            f"figures have version {snapshot.version}, this program reads {FIGURES_VERSION}"
        )
    return snapshot


def restore_figures(
    observer: Observer, snapshot: FiguresSnapshot, queues: list[QueueSettings]
) -> None:
    """Let a new observer go on after record `snapshot.seq`, with these queues in force."""
    observer.configure(queues)
    observer.now_ms = snapshot.now_ms
    for queue_id, figures in snapshot.queues.items():
        observer.restore_queue(queue_id, figures.half_hours, figures.window)
    for entry in snapshot.entries:
        observer.entries.restore(entry)
    observer.entries.last_id = snapshot.last_entry_id
    observer.activities.agents = snapshot.at_work
    observer.activities.is_paused = snapshot.is_paused
    observer.activities.last_id = snapshot.last_span_id
    today = observer.today
    today.agents.kept, today.slots.kept = snapshot.agents, snapshot.slots
    today.in_hand = snapshot.in_hand
    today.marketing.sums.kept = snapshot.marketing
    today.marketing.of_agents.kept = snapshot.marketing_of_agents
    today.marketing.rounds = snapshot.rounds

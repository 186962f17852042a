"""Snapshots: the state as bytes, and back. Made by a follower, read at start.

Only plain values are written; the matcher's index and the deadlines are derived again.
"""

from __future__ import annotations

from typing import Any

import msgspec

from agents.agent import Agent
from config.routing import QueueSettings, RoutingSettings
from contacts.contact import Contact
from contacts.vocabulary import AtClosing
from queues.contact_queue import GateState
from router.deadlines import DeadlineKind
from router.offers import Offers, OffersSnapshot
from router.receipts import Receipt
from router.state import Acknowledgement, Override, RoutingState

SNAPSHOT_VERSION = 1


class QueueSnapshot(msgspec.Struct, gc=False):
    """What a queue is beyond its settings and its contacts."""

    queue_id: str
    settings: dict[str, Any]
    is_open: bool
    is_removed: bool
    drain_at_ms: int | None
    handle_mean_ms: int
    gate: GateState = msgspec.field(default_factory=GateState)
    at_closing: AtClosing | None = None


class StateSnapshot(msgspec.Struct, gc=False):
    """The whole live state after record `seq`.

    Fields that later versions add have defaults, so that snapshots of earlier ones stay readable.
    """

    version: int
    seq: int
    now_ms: int
    epoch: int
    serial: int
    paused_since_ms: int | None
    settings: dict[str, Any]
    queues: list[QueueSnapshot]
    agents: list[Agent]
    contacts: list[Contact]
    receipts: list[Receipt]
    emergency: str | None = None
    overrides: dict[str, Override] = {}
    silent_bridges: set[str] = set()
    offers: OffersSnapshot = msgspec.field(default_factory=OffersSnapshot)
    emergency_by: str = ""
    emergency_since_ms: int | None = None
    alarms: dict[str, Acknowledgement] = {}
    handled: list[str] = []


class SnapshotTooNew(Exception):  # noqa: N818 - says what it is
    """The snapshot was written by a later version of Tidegate."""


def dump_state(state: RoutingState) -> bytes:
    """Write the state as JSON."""
    return msgspec.json.encode(
        StateSnapshot(
            SNAPSHOT_VERSION,
            state.seq,
            state.now_ms,
            state.epoch,
            state.serial,
            state.paused_since_ms,
            state.settings.model_dump(mode="json"),
            [
                QueueSnapshot(
                    queue_id,
                    queue.settings.model_dump(mode="json"),
                    queue.is_open,
                    queue.is_removed,
                    queue.drain_at_ms,
                    queue.handle_mean_ms,
                    queue.gate,
                    queue.at_closing,
                )
                for queue_id, queue in state.queues.items()
            ],
            list(state.agents.values()),
            list(state.contacts.values()),
            list(state.receipts),
            state.emergency,
            state.overrides,
            state.silent_bridges,
            state.offers.snapshot(),
            state.emergency_by,
            state.emergency_since_ms,
            state.alarms,
            list(state.handled),
        )
    )


def load_state(payload: bytes) -> RoutingState:
    """Read a state written by `dump_state`; raises `msgspec.ValidationError`, `SnapshotTooNew`."""
    snapshot = msgspec.json.decode(payload, type=StateSnapshot)
    if snapshot.version > SNAPSHOT_VERSION:
        raise SnapshotTooNew(f"snapshot version {snapshot.version}, known {SNAPSHOT_VERSION}")
    state = RoutingState()
    state.seq, state.now_ms = snapshot.seq, snapshot.now_ms
    state.epoch, state.serial = snapshot.epoch, snapshot.serial
    state.paused_since_ms = snapshot.paused_since_ms
    settings = RoutingSettings.model_validate(snapshot.settings)
    state.settings = settings
    state.emergency, state.overrides = snapshot.emergency, snapshot.overrides
    state.emergency_by = snapshot.emergency_by
    state.emergency_since_ms = snapshot.emergency_since_ms
    state.alarms = snapshot.alarms
    state.silent_bridges = snapshot.silent_bridges
    state.offers = Offers.of(snapshot.offers)
    state.listed = {agent.agent_id: agent for agent in settings.agents}
    state.receipts.size = settings.limits.remembered_events
    state.receipts.extend(snapshot.receipts)
    state.handled.resize(settings.limits.remembered_contacts)
    state.handled.extend(snapshot.handled)
    state.matcher.exclusive = frozenset(settings.limits.exclusive_channels)
    _load_queues(state, snapshot.queues)
    _load_agents(state, snapshot.agents)
    _load_contacts(state, snapshot.contacts)
    state.note_latching()
    return state


def _load_queues(state: RoutingState, rows: list[QueueSnapshot]) -> None:
    for row in rows:
        queue = state.matcher.configure_queue(QueueSettings.model_validate(row.settings))
        queue.is_open, queue.is_removed = row.is_open, row.is_removed
        queue.handle_mean_ms = row.handle_mean_ms
        queue.gate = row.gate
        queue.at_closing = row.at_closing
        state.set_drain(queue, row.drain_at_ms)


def _load_agents(state: RoutingState, agents: list[Agent]) -> None:
    for agent in agents:
        state.agents[agent.agent_id] = agent
        state.matcher.place_agent(agent)
        if agent.lost_until_ms is not None:
            key = (DeadlineKind.AGENT_GRACE, agent.agent_id, "")
            state.deadlines.set(key, agent.lost_until_ms)
        for assignment in agent.assignments.values():
            if assignment.until_ms is not None:
                state.set_assignment_deadline(assignment)
    state.matcher.reconnect(state.agents)


def _load_contacts(state: RoutingState, contacts: list[Contact]) -> None:
    for contact in contacts:
        state.contacts[contact.contact_id] = contact
        if contact.agent_id is None:
            state.matcher.add_contact(contact)
        if contact.give_up_at_ms is not None:
            state.set_give_up_deadline(contact)

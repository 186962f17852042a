"""What the follower's cycle costs: 2,000 agents busy, 60 contacts a second, a real broker.

The engine runs here, in virtual time; what is measured is the follower's share: applying the
records, counting figures, and publishing what changed.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from itertools import count
from random import Random
from typing import Any, NamedTuple

from benchmarks.mosquitto import HOST
from benchmarks.progress import Tell
from bus.connection import MqttConnection
from bus.connection_settings import ConnectionSettings
from bus.topics import TopicSpace
from config.alarms import AlarmSettings
from config.routing import RoutingSettings
from contacts.vocabulary import AssignmentState
from router import decisions as d
from router import events as e
from router.apply import apply_record
from router.engine import Engine
from router.guard_watch import GuardWatch
from router.observer import Observer
from router.records import Record
from router.standing import Standing
from router.state import RoutingState
from service.showing import Showing

CYCLE_MS = 250
START_MS = 1_767_603_600_000
TALK_MS, MARKETING_MS = 25_000, 10_000
BRIDGE = "bridge/pbx"
Times = tuple[float, float, float]


class Size(NamedTuple):
    """How large the centre is, and how many contacts arrive a second."""

    agents: int = 2_000
    queues: int = 20
    per_s: float = 60.0


def settings_for(size: Size) -> dict[str, Any]:
    """Return a centre in which every agent serves two queues."""
    return RoutingSettings.model_validate(
        {
            "queues": [
                {
                    "queue_id": f"queue-{one}",
                    "requires": {f"skill-{one}": 1},
                    "wrap_up": {"duration_ms": 5_000},
                    "gate": {"policy": "threshold", "threshold": 5},
                }
                for one in range(size.queues)
            ],
            "agents": [
                {
                    "agent_id": f"agent-{one}",
                    "skills": {
                        f"skill-{one % size.queues}": 5,
                        f"skill-{(one * 7 + 1) % size.queues}": 3,
                    },
                }
                for one in range(size.agents)
            ],
        }
    ).model_dump(mode="json")


class Centre:
    """A centre played in virtual time; `records` are what the journal would have."""

    def __init__(self, size: Size) -> None:
        self.records: list[Record] = []
        self.now_ms = START_MS
        self._engine = Engine()
        self._random = Random(1)
        self._queues, self._per_s = size.queues, size.per_s
        self._ids = count(1)
        self._due: list[tuple[int, int, type[e.Event], dict[str, Any]]] = []
        self._tell(e.EngineStarted, epoch=1)
        self._tell(e.ConfigurationChanged, settings=settings_for(size))
        for one in range(size.agents):
            self._tell(e.AgentSignedIn, agent_id=f"agent-{one}", ready=True, source=BRIDGE)
        self._arrive()

    def play(self, until_ms: int) -> list[Record]:
        """Return the records up to then."""
        while self._due and self._due[0][0] <= until_ms:
            at_ms, _, kind, fields = heapq.heappop(self._due)
            self._pass(at_ms)
            self._tell(kind, **fields)
            if kind is e.ContactArrived:
                self._arrive()
        self._pass(until_ms)
        records, self.records = self.records, []
        return records

    def _pass(self, at_ms: int) -> None:
        while (due := self._engine.next_deadline_ms()) is not None and due <= at_ms:
            self.now_ms = max(self.now_ms, due)
            decisions = tuple(self._engine.advance(self.now_ms))
            self._keep(e.ClockTicked(event_id="", at_ms=self.now_ms), decisions)
        self.now_ms = max(self.now_ms, at_ms)

    def _tell(self, kind: type[e.Event], **fields: Any) -> None:
        event: Any = kind(event_id=f"e{next(self._ids)}", at_ms=self.now_ms, **fields)
        self._keep(event, tuple(self._engine.handle(event)))

    def _keep(self, event: Any, decisions: tuple[d.AnyDecision, ...]) -> None:
        if self._engine.state.seq > 0:
            self.records.append(Record(self._engine.state.seq, event, decisions))
        for one in decisions:
            self._react(one)

    def _react(self, one: d.AnyDecision) -> None:
        match one:
            case d.ContactReserved():
                self._later(1_000, e.ReservationAccepted, one.contact_id, one.agent_id)
            case d.AssignmentChanged(state=AssignmentState.TALK):
                self._later(TALK_MS, e.ServiceCompleted, one.contact_id, one.agent_id)
            case d.MarketingDecided():
                more_ms = MARKETING_MS if one.granted else 1_000
                self._later(more_ms, e.ContactEnded, one.contact_id, None)
            case _:
                pass

    def _later(self, ms: int, kind: type[e.Event], contact_id: str, agent_id: str | None) -> None:
        fields: dict[str, Any] = {"contact_id": contact_id, "source": BRIDGE}
        if agent_id is not None:
            fields["agent_id"] = agent_id
        at_ms = self.now_ms + round(ms * self._random.uniform(0.5, 1.5))
        heapq.heappush(self._due, (at_ms, next(self._ids), kind, fields))

    def _arrive(self) -> None:
        at_ms = self.now_ms + round(self._random.expovariate(self._per_s) * 1_000)
        fields: dict[str, Any] = {
            "contact_id": f"c{next(self._ids)}",
            "queue_id": f"queue-{self._random.randrange(self._queues)}",
            "value_milli": self._random.randrange(5_000),
            "customer_id": "customer-1",
            "source": BRIDGE,
        }
        kind: type[e.Event] = e.ContactArrived
        heapq.heappush(self._due, (at_ms, next(self._ids), kind, fields))


class Following:
    """A follower without its files: applies, counts and shows."""

    def __init__(self, port: int) -> None:
        settings = ConnectionSettings(HOST, port, "showing", keepalive_s=30)
        self.connection = MqttConnection(settings, lambda message: None, random=Random(1))
        self.state, self.observer = RoutingState(), Observer()
        self.guards = GuardWatch()
        space = TopicSpace("bench", "main", "voice")
        self.showing = Showing(self.connection, space, self.observer, Standing(), AlarmSettings())

    async def cycle(self, records: list[Record], now_ms: int) -> Times:
        """Do what a follower does in a cycle; return the seconds of CPU of its three parts."""
        times = [time.process_time()]
        self.take(records)
        times.append(time.process_time())
        self.guards.changes(self.state, self.observer, now_ms)
        times.append(time.process_time())
        await self.showing.show(self.state, now_ms)
        await asyncio.sleep(0)
        times.append(time.process_time())
        return times[1] - times[0], times[2] - times[1], times[3] - times[2]

    def take(self, records: list[Record]) -> None:
        """Apply and count."""
        for record in records:
            self.observer.observe(record)
            self.showing.standing.take(record)
            apply_record(self.state, record)
            self.showing.take(self.state, record)


async def _measure(port: int, size: Size, cycles: int) -> dict[str, Any]:
    following = Following(port)
    try:
        following.connection.start()
        await following.connection.wait_connected()
        centre = Centre(size)
        spent: list[Times] = []
        warm = 60_000 // CYCLE_MS
        for number in range(warm + cycles):
            records = centre.play(centre.now_ms + CYCLE_MS)
            times = await following.cycle(records, centre.now_ms)
            if number >= warm:
                spent.append(times)
        busy = sum(bool(one.assignments) for one in following.state.agents.values())
        waiting = sum(queue.waiting for queue in following.state.queues.values())
        return {
            "contacts_per_second": size.per_s,
            "agents_busy": busy,
            "waiting": waiting,
        } | _figures(spent)
    finally:
        await following.connection.stop()


def _figures(spent: list[Times]) -> dict[str, float]:
    """Return the 50th and 95th percentile and the longest of each part, milliseconds of CPU."""
    found: dict[str, float] = {}
    parts = [*zip(*spent, strict=True), [sum(one) for one in spent]]
    for name, times in zip(("follow", "guards", "show", "cycle"), parts, strict=True):
        ordered = sorted(times)
        for percent in (50, 95, 100):
            value = ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
            found[f"{name}_p{percent}_ms"] = round(value * 1_000, 1)
    return found


def measure_follower(port: int, tell: Tell, *, quick: bool) -> dict[str, Any]:
    """Return milliseconds of CPU that a cycle takes, by its parts, beside the broker at `port`."""
    tell("follower: 2,000 agents, 60 contacts a second")
    size = Size(agents=100, queues=5, per_s=3.0) if quick else Size()
    return asyncio.run(_measure(port, size, cycles=100 if quick else 400))

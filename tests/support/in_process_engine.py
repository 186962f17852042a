"""A real engine with its real intake in this process: all of the service but bus and disk."""

from collections.abc import Callable, Sequence

import msgspec

from bus.link import ReceivedMessage
from bus.topics import Role
from config.settings import BusSettings, TidegateSettings
from router.engine import Engine
from router.events import ConfigurationChanged, EngineStarted
from service.bridge_watch import BridgeWatch
from service.catalogue_desk import CatalogueDesk
from service.clock import TickedClock
from service.desk import Desk
from service.entry import Entry
from service.intake import Intake
from service.opening import OpeningHours
from service.stats import Stats
from service.wiring import topic_space
from simulation.demo_link import Heard
from simulation.demo_messages import ClientMessage, clock_ticked


class InProcessEngine:
    """Stands in for `EngineLink`: the same messages, answered at once."""

    def __init__(self, settings: TidegateSettings) -> None:
        self.next_deadline_ms: int | None = None
        self.heard: list[Heard] = []
        self.refused: list[ClientMessage] = []
        self._sent = 0
        self._entries: list[Entry] = []
        self._calls: list[Callable[[], object]] = []
        self._space = topic_space(settings)
        deliver = self._entries.append
        desk = Desk(Engine(), TickedClock(), self._space, deliver, is_ticked=True)
        desk.tell(EngineStarted(event_id="", at_ms=0, epoch=1))
        routing = settings.routing().model_dump(mode="json")
        desk.tell(ConfigurationChanged(event_id="start", at_ms=0, settings=routing))
        CatalogueDesk(desk, settings.service.catalogue_file).read()
        self._intake = Intake(
            desk,
            self._space,
            deliver,
            Stats(),
            BusSettings(),
            BridgeWatch(desk),
            unwritten=lambda: 0,
            is_blocked=lambda: False,
            unconfirmed=lambda: 0,
            call_soon=self._calls.append,
            arrived=lambda contact_id, customer_id: None,
            ticked_hours=OpeningHours(desk),
        )

    async def send(self, at_ms: int, messages: Sequence[ClientMessage]) -> list[Heard]:
        """As `EngineLink.send`."""
        for message in messages:
            self._sent += 1
            envelope = {
                "type": message.type,
                "event_id": f"test-{self._sent}",
                "occurred_at_ms": at_ms,
            }
            fields = {name: value for name, value in message.fields.items() if value is not None}
            topic = self._space.events_in(message.role, message.client)
            payload = msgspec.json.encode(envelope | fields)
            message_in = ReceivedMessage(topic, payload, False, 0, None)  # type: ignore[arg-type]
            self._intake.receive(message_in)
        while self._calls:
            self._calls.pop()()
        return self._take_entries()

    async def tick(self, at_ms: int) -> list[Heard]:
        """As `EngineLink.tick`."""
        return await self.send(at_ms, [clock_ticked(at_ms)])

    def _take_entries(self) -> list[Heard]:
        fresh = []
        for entry in self._entries:
            if entry.reply is not None:
                assert entry.reply.status == "ok", entry.reply
                self.next_deadline_ms = entry.reply.next_deadline_ms
            for out in entry.outgoing:
                role = Role(out.topic.split("/")[-2])
                fresh.append(Heard(role, out.decision))
        self._entries.clear()
        self.heard += fresh
        return fresh

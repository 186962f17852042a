"""The hub: one per process; the view with the link that fills it and everybody who reads it."""

from __future__ import annotations

import asyncio
import contextlib
import time

import msgspec
import structlog

from bus.connection_settings import ConnectionSettings
from bus.decision_messages import DecisionBatch
from bus.replies import Reply
from bus.topics import Role, Sender, TopicSpace
from config.settings import TidegateSettings
from dashboard.asking import Asking, NotAskedError
from dashboard.contact_memory import ContactMemory
from dashboard.desktops import Desktop, Desktops
from dashboard.identity import Doorman
from dashboard.link import WEB, BusLink
from dashboard.lookups import Lookups
from dashboard.readers import TAKES_NOTHING_S, TICK_S, Readers
from dashboard.view import View

LOST_TOLD_WITHIN_S = 60.0
"""How long the engine is told again that a desktop is lost, until it answers."""
RELOAD_EVERY_S = 2.0

log = structlog.get_logger(__name__)


class Hub:
    """Everything behind the interface. `doorman` may raise `AccountsError` when it is made."""

    def __init__(
        self, settings: TidegateSettings, connection: ConnectionSettings, space: TopicSpace
    ) -> None:
        self.settings = settings
        self.space = space
        self.doorman = Doorman(settings.dashboard)
        self.view = View(first=time.time_ns() // 1_000)  # above any number of an earlier run
        self.readers = Readers(self.view)
        self.desktops = Desktops(self.view)
        self.memory = ContactMemory(self.view)
        self.link = BusLink(
            connection,
            space,
            self.view,
            on_decisions=self._decided,
            on_reply=self._replied,
            on_urgent=self._urgent,
            on_link=self.desktops.link,
        )
        self.lookups = Lookups(settings)
        self.asking = Asking(space, self.link.publish)
        self._leaving: dict[str, asyncio.Task[None]] = {}
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect to the broker, and begin to tick."""
        await self.link.start()
        self._ticking = asyncio.create_task(self._tick(), name="dashboard-tick")

    async def stop(self) -> None:
        """Tell the engine of the desktops that were open, and disconnect."""
        for task in self._leaving.values():
            task.cancel()
        if self._ticking is not None:
            self._ticking.cancel()
        await self.link.stop()
        await self.lookups.close()

    def close_readers(self) -> None:
        """End all streams, so that the server can stop."""
        self.readers.close()
        for desktop in self.desktops.all():
            desktop.close()

    # --- desktops ------------------------------------------------------------------------

    def open_desktop(self, agent_id: str, session: str | None) -> Desktop:
        """A desktop is there; if its link was gone, that is forgotten."""
        if session is not None and (leaving := self._leaving.pop(session, None)):
            leaving.cancel()
        return self.desktops.open(agent_id, session)

    def close_desktop(self, desktop: Desktop) -> None:
        """A desktop's link is gone: the engine is told if it does not come back soon."""
        if self.desktops.closed(desktop) and desktop.session is not None:
            work = self._lose(desktop.agent_id, desktop.session)
            self._leaving[desktop.session] = asyncio.create_task(work, name="desktop-grace")

    async def _lose(self, agent_id: str, session: str) -> None:
        if not self.readers.is_closed:  # a dashboard that ends has no time to wait
            await asyncio.sleep(self.settings.dashboard.desktop_grace_ms / 1_000)
        event_id = f"web-lost-{session}-{time.time_ns()}"
        message = {"type": "agent_lost", "event_id": event_id, "agent_id": agent_id}
        payload = msgspec.json.encode(message)
        sender = Sender(Role.AGENT, f"{WEB}{session}")
        with contextlib.suppress(NotAskedError, TimeoutError):
            reply = await self.asking.ask(sender, event_id, payload, LOST_TOLD_WITHIN_S)
            log.info("desktop_lost", agent_id=agent_id, answer=reply.status, reason=reply.reason)
        self._leaving.pop(session, None)

    # --- what comes in -------------------------------------------------------------------

    def _decided(self, agent_id: str, batch: DecisionBatch) -> None:
        self.memory.decided(batch)
        self.desktops.decided(agent_id, batch)

    def _replied(self, sender: Sender, reply: Reply) -> None:
        self.asking.answered(sender, reply)
        if sender.role is Role.AGENT:
            self.desktops.replied(sender.client.removeprefix(WEB), reply)

    def _urgent(self) -> None:
        self.readers.is_live = self.link.is_live
        self.desktops.wake()

    async def _tick(self) -> None:
        loop, reloaded_s = asyncio.get_running_loop(), 0.0
        while True:
            await asyncio.sleep(TICK_S)
            now_s = loop.time()
            self.readers.is_live = self.link.is_live
            upto = self.readers.frames.upto
            self.readers.tick(now_s)
            if self.readers.frames.upto != upto:
                self.desktops.wake()
            for desktop in self.desktops.all():
                since_s = desktop.sending_since_s
                if since_s is not None and now_s - since_s > TAKES_NOTHING_S:
                    desktop.drop()
            if now_s - reloaded_s >= RELOAD_EVERY_S:
                reloaded_s = now_s
                self.doorman.reload()

"""Desktops: agents' browsers on WebSockets, and what each is told.

A desktop is told every decision for its agent and every reply to its own messages, in order and at
once, and the objects it shows: its agent, the queues the agent serves, the engine. Objects are
coalesced like those of the feed, but a change of the gate goes out at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

import msgspec
import structlog

from bus.decision_messages import DecisionBatch, DecisionMessage
from bus.replies import Reply
from dashboard.link import LINK
from dashboard.view import Entry, Key, View

MAX_QUEUED = 1_000
"""Decisions and replies that wait for one desktop; with more it is closed and begins anew."""
ENGINE = Key("engine", "")

_encode = msgspec.json.Encoder().encode

log = structlog.get_logger(__name__)


class _Served(msgspec.Struct):
    queues: list[str] | None = None


_served = msgspec.json.Decoder(_Served)


class Desktop:
    """One open desktop. `session` names it on the bus; a watching supervisor's has none."""

    def __init__(self, view: View, agent_id: str, session: str | None) -> None:
        self.agent_id = agent_id
        self.session = session
        self.is_full = False
        self.is_closed = False
        self.is_gone = False
        self.task = asyncio.current_task()
        self.sending_since_s: float | None = None
        self._view = view
        self._cursor = -1
        self._queued: deque[bytes] = deque()
        self._wanted: frozenset[Key] = frozenset()
        self._served: bytes | None = b""
        self._has_news = asyncio.Event()

    def tell(self, frame: bytes) -> None:
        """Queue a frame that must not be left out."""
        if len(self._queued) >= MAX_QUEUED:
            self.is_full = True
        else:
            self._queued.append(frame)
        self.wake()

    def wake(self) -> None:
        """There may be news."""
        self._has_news.set()

    def close(self) -> None:
        """No more is told."""
        self.is_closed = True
        self.wake()

    def drop(self) -> None:
        """Its connection takes nothing: end it at once."""
        log.warning("dashboard_desktop_dropped", agent_id=self.agent_id)
        if self.task is not None:
            self.task.cancel()

    async def news(self) -> None:
        """Wait until there may be news."""
        await self._has_news.wait()
        self._has_news.clear()

    def frames(self) -> Iterable[bytes]:
        """Return what is to be sent now: what was queued, then each changed object once."""
        queued, self._queued = self._queued, deque()
        return [*queued, *(_object(entry) for entry in self._changed())]

    def _changed(self) -> list[Entry]:
        before, cursor = self._wanted, self._cursor
        self._wanted = self._objects()
        self._cursor = self._view.feed
        changed = self._view.changed_of(self._wanted, cursor)
        if new := self._wanted - before:
            shown = {entry.key for entry in changed}
            changed += [entry for entry in self._view.changed_of(new, -1) if entry.key not in shown]
        return changed

    def _objects(self) -> frozenset[Key]:
        """Return what this desktop shows; an agent of whom no queues are known sees all queues."""
        agent = Key("agent", self.agent_id)
        value = self._view.value(agent)
        if value == self._served and value is not None:
            return self._wanted
        self._served = value
        queues = _served.decode(value).queues if value else None
        if queues is None:
            queues = [key.id for key in self._view if key.kind == "queue"]
        return frozenset({agent, ENGINE, LINK, *(Key("queue", one) for one in queues)})


class Desktops:
    """All open desktops, by agent and by session."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._by_agent: dict[str, set[Desktop]] = {}
        self._by_session: dict[str, Desktop] = {}

    def __len__(self) -> int:
        return sum(map(len, self._by_agent.values()))

    def open(self, agent_id: str, session: str | None) -> Desktop:
        """Return a new desktop. One that is open under the same session is closed by that."""
        desktop = Desktop(self._view, agent_id, session)
        if session is not None:
            if earlier := self._by_session.get(session):
                earlier.close()
            self._by_session[session] = desktop
        self._by_agent.setdefault(agent_id, set()).add(desktop)
        return desktop

    def closed(self, desktop: Desktop) -> bool:
        """The desktop's link is gone; tell whether its session has no other."""
        of_agent = self._by_agent.get(desktop.agent_id, set())
        of_agent.discard(desktop)
        if not of_agent:
            self._by_agent.pop(desktop.agent_id, None)
        session = desktop.session
        if session is None or self._by_session.get(session) is not desktop:
            return False
        del self._by_session[session]
        return True

    def has(self, session: str) -> bool:
        """Tell whether a desktop of that session is open."""
        return session in self._by_session

    def all(self) -> list[Desktop]:
        """Return all open desktops."""
        return [one for of_agent in self._by_agent.values() for one in of_agent]

    def wake(self) -> None:
        """Something changed: every desktop looks whether it concerns it."""
        for desktop in self.all():
            desktop.wake()

    def decided(self, agent_id: str, batch: DecisionBatch) -> None:
        """Tell an agent's desktops what the engine decided."""
        desktops = self._by_agent.get(agent_id)
        if desktops:
            frames = [_decision(one) for one in batch.decisions]
            for desktop in desktops:
                for frame in frames:
                    desktop.tell(frame)

    def replied(self, session: str, reply: Reply) -> None:
        """Give a desktop the engine's reply to one of its messages."""
        desktop = self._by_session.get(session)
        if desktop is not None:
            desktop.tell(b'{"kind":"reply","reply":%s}' % _encode(reply))

    def link(self, is_connected: bool) -> None:
        """Tell every desktop that the link to the engine's broker came or went."""
        frame = b'{"kind":"link","is_connected":%s}' % _encode(is_connected)
        for desktop in self.all():
            desktop.tell(frame)


def _decision(decision: DecisionMessage) -> bytes:
    return b'{"kind":"decision","decision":%s}' % _encode(decision)


def _object(entry: Entry) -> bytes:
    return b'{"kind":"object","kind2":%s,"id":%s,"value":%s}' % (
        _encode(entry.key.kind),
        _encode(entry.key.id),
        entry.value or b"null",
    )

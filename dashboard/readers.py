"""Readers of the feed over SSE: a snapshot, then at most one frame of changes every 250 ms.

A reader is a place in the counter of changes and nothing else: what it has not taken yet is not
kept for it. So a thousand readers cost a frame, made once, and a write each.
"""

from __future__ import annotations

import asyncio

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dashboard.view import Frames, Kinds, View

TICK_S = 0.25
PING_S = 15.0
TAKES_NOTHING_S = 30.0
"""A reader whose connection takes nothing for so long is dropped."""

_PING = b"event: ping\ndata: {}\n\n"
"""An event, since a page does not see comments."""

log = structlog.get_logger(__name__)


class Reader:
    """One reader: everything up to `cursor` was sent; None: nothing yet.

    One that resumes and has everything gets a ping at once: so it knows that it is live.
    """

    def __init__(self, cursor: int | None, kinds: Kinds) -> None:
        self.cursor = cursor
        self.kinds = kinds
        self.sent_at_s = 0.0
        self.sending_since_s: float | None = None
        self.task = asyncio.current_task()


class Readers:
    """All readers, and the tick that wakes them."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.frames = Frames(view)
        self.is_live = False
        self._readers: set[Reader] = set()
        self._woken = asyncio.Event()
        self._pinged_at_s = 0.0
        self.is_closed = False

    def __len__(self) -> int:
        return len(self._readers)

    def join(self, reader: Reader) -> None:
        """The reader is there from now on."""
        self._readers.add(reader)

    def leave(self, reader: Reader) -> None:
        """The reader is gone."""
        self._readers.discard(reader)

    async def woken(self) -> None:
        """Wait for the next tick that has something to tell."""
        await self._woken.wait()

    def tick(self, now_s: float) -> None:
        """Wake readers if anything changed or a ping is due; drop those that take nothing."""
        is_ping = now_s - self._pinged_at_s >= PING_S / 3
        if is_ping:
            self._pinged_at_s = now_s
            self._drop_stalled(now_s)
        if self.frames.tick() or is_ping:
            self._wake()

    def close(self) -> None:
        """End all readers."""
        self.is_closed = True
        self._wake()

    def event_for(self, reader: Reader, now_s: float) -> bytes | None:
        """Return the next event for a reader, and move it there; None if it has all."""
        if reader.cursor is None or not self.view.knows(reader.cursor):
            reader.cursor = self.view.feed
            snapshot = self.frames.snapshot(reader.kinds, is_live=self.is_live)
            return b"event: snapshot\nid: %d\ndata: %s\n\n" % (reader.cursor, snapshot)
        upto = self.frames.upto
        if upto > reader.cursor:
            frame = self.frames.after(reader.cursor, reader.kinds)
            reader.cursor = upto
            if frame is not None:
                return b"event: changes\nid: %d\ndata: %s\n\n" % (upto, frame)
        return _PING if now_s - reader.sent_at_s >= PING_S else None

    def _wake(self) -> None:
        woken, self._woken = self._woken, asyncio.Event()
        woken.set()

    def _drop_stalled(self, now_s: float) -> None:
        for reader in self._readers:
            since_s = reader.sending_since_s
            if since_s is not None and now_s - since_s > TAKES_NOTHING_S and reader.task:
                log.warning("dashboard_reader_dropped", stalled_s=round(now_s - since_s))
                reader.task.cancel()


class FeedResponse(Response):
    """The feed as server-sent events, for one reader, until it goes."""

    media_type = "text/event-stream"

    def __init__(self, readers: Readers, cursor: int | None, kinds: Kinds) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._readers = readers
        self._cursor = cursor
        self._kinds = kinds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the reader is gone or the dashboard ends."""
        reader = Reader(self._cursor, self._kinds)
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        gone = asyncio.create_task(_gone(receive))
        self._readers.join(reader)
        try:
            await self._feed(reader, gone, send)
            await send({"type": "http.response.body", "body": b""})
        except asyncio.CancelledError:
            if not gone.done():  # dropped: whoever serves us closes the connection
                raise ConnectionAbortedError("the reader takes nothing") from None
        finally:
            self._readers.leave(reader)
            gone.cancel()

    async def _feed(self, reader: Reader, gone: asyncio.Task[None], send: Send) -> None:
        loop, readers = asyncio.get_running_loop(), self._readers
        while not gone.done() and not readers.is_closed:
            event = readers.event_for(reader, loop.time())
            if event is None:
                await readers.woken()
                continue
            reader.sent_at_s = reader.sending_since_s = loop.time()
            await send({"type": "http.response.body", "body": event, "more_body": True})
            reader.sending_since_s = None


async def _gone(receive: Receive) -> None:
    """Wait until the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass

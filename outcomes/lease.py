"""The lease of a routing domain: which engine leads, kept in a key of the journal's bucket.

The holder renews the key by compare-and-set; each renewal is a new revision. Whoever stands by
takes it when the revision has not moved for `lease_ms` by its own monotonic clock, so clocks of
machines are never compared. The lease decides who tries to lead. That a former leader can do no
harm does not rest on it, but on the journal, which refuses its records (see `JournalFenced`).
"""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import TYPE_CHECKING

import structlog

from outcomes.journal import JournalIdentity, JournalUnavailable
from outcomes.nats_link import NatsLink, NatsNames, NatsOptions, explained

if TYPE_CHECKING:
    from nats.js.kv import KeyValue

log = structlog.get_logger(__name__)

LEADER = "leader"
RENEWALS = 4
"""Renewals, and looks of a stand-by, in the time of one lease."""


class Lease:
    """One engine's claim to lead; made by `open`. `node` names it for people."""

    def __init__(self, link: NatsLink, bucket: KeyValue, node: str, lease_ms: int) -> None:
        self._link = link
        self._bucket = bucket
        self._lease_s = lease_ms / 1_000
        self._pause_s = self._lease_s / RENEWALS
        self._claim = f"{node} {uuid.uuid4().hex}".encode()
        self._revision = 0
        self._renewed_at_s: float | None = None
        self.is_lost = False
        self.leader = ""
        """The node that held it when last looked at; empty if nobody."""

    @classmethod
    async def open(
        cls, options: NatsOptions, identity: JournalIdentity, node: str, lease_ms: int
    ) -> Lease:
        """Connect, over a link of its own; raises `JournalUnavailable` if that fails."""
        link = await NatsLink.open(options)
        try:
            return cls(link, await link.bucket(NatsNames(identity)), node, lease_ms)
        except BaseException:
            await link.close()
            raise

    @property
    def is_sure(self) -> bool:
        """Whether nobody else can have taken the lease yet: it was renewed just now."""
        return (
            not self.is_lost
            and self._renewed_at_s is not None
            and time.monotonic() - self._renewed_at_s < self._lease_s
        )

    async def take(self) -> None:
        """Wait until the lease is ours. While the cluster does not answer no time passes."""
        seen, since_s, looked_s = -1, 0.0, 0.0
        while True:
            now_s = time.monotonic()
            try:
                revision, claim = await self._look()
                if revision != seen or now_s - looked_s > self._lease_s:
                    seen, since_s = revision, now_s
                looked_s = now_s
                is_free = not claim or now_s - since_s >= self._lease_s
                if is_free and await self._put(self._claim, revision):
                    self.leader = self._claim.decode().split()[0]
                    return
            except JournalUnavailable as error:
                log.warning("lease_unreadable", reason=error.reason)
                seen = -1
            await asyncio.sleep(self._pause_s)

    async def renew(self) -> bool:
        """Renew once; tell whether it is ours. Raises `JournalUnavailable`: not known now."""
        if not await self._put(self._claim, self._revision):
            revision, claim = await self._look()
            if claim != self._claim:
                self.is_lost = True
                return False
            self._revision = revision  # a renewal whose answer was lost
        return True

    async def pause(self) -> None:
        """Wait until the next renewal is due."""
        await asyncio.sleep(self._pause_s)

    async def release(self) -> None:
        """Let a stand-by lead at once; nothing happens if the lease is another's by now."""
        if self._renewed_at_s is not None and not self.is_lost:
            await self._put(b"", self._revision)
            self.is_lost = True

    async def close(self) -> None:
        """Close the link; the lease itself runs out unless it was released."""
        await self._link.close()

    async def _look(self) -> tuple[int, bytes]:
        """Return the key's revision and claim: 0 and nothing if it was never written."""
        from nats.js.errors import KeyNotFoundError

        with explained("the lease cannot be read"):
            try:
                entry = await self._bucket.get(LEADER)
            except KeyNotFoundError:
                return 0, b""
        claim = entry.value or b""
        self.leader = claim.decode().split()[0] if claim else ""
        return entry.revision or 0, claim

    async def _put(self, value: bytes, revision: int) -> bool:
        """Write the key if it still has this revision; tell whether it had."""
        from nats.js.errors import KeyWrongLastSequenceError

        begun_s = time.monotonic()
        with explained("the lease cannot be written"):
            try:
                self._revision = await self._bucket.update(LEADER, value, last=revision)
            except KeyWrongLastSequenceError:
                return False
        self._renewed_at_s = begun_s
        return True

"""Leading: the lease is renewed for as long as the engine leads, and losing it ends the engine."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from outcomes.journal import JournalFenced, JournalUnavailable
from outcomes.lease import Lease
from service.presence import Presence

log = structlog.get_logger(__name__)


class Leading:
    """Keeps the lease; without one (a journal in a file) it has nothing to do.

    While the lease could be another's (the cluster does not answer, or this process stood still)
    nothing is said to the broker. `on_lost` ends the engine, which may then stand by again.
    """

    def __init__(
        self, lease: Lease | None, presence: Presence, on_lost: Callable[[], None]
    ) -> None:
        self._lease = lease
        self._presence = presence
        self._on_lost = on_lost

    async def run(self) -> None:
        """Renew until the lease is lost."""
        assert self._lease is not None
        was_sure = True
        while True:
            await self._lease.pause()
            if was_sure and not self._lease.is_sure:
                was_sure = False
                log.warning("lease_unsure")
                self._presence.on_lease(False)
            with contextlib.suppress(JournalUnavailable):
                if not await self._lease.renew():
                    log.error("lease_lost", leader=self._lease.leader)
                    self._presence.on_lease(False)
                    self._on_lost()
                    return
                if not was_sure:
                    was_sure = True
                    log.info("lease_sure_again")
                    self._presence.on_lease(True)

    def is_deposed(self, committing: asyncio.Task[None]) -> bool:
        """Tell whether another engine leads now, by the lease or by the journal's refusal."""
        if self._lease is not None and self._lease.is_lost:
            return True
        if not committing.done() or committing.cancelled():
            return False
        return isinstance(committing.exception(), JournalFenced)

    async def release(self) -> None:
        """Let another engine lead at once, after an ordered stop."""
        if self._lease is not None:
            with contextlib.suppress(JournalUnavailable):
                await self._lease.release()
            await self._lease.close()

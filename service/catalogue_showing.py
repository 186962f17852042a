"""Showing the catalogue: retained at the broker, once for each version."""

from __future__ import annotations

import structlog

from bus.codec import encode_snapshot
from bus.topics import TopicSpace
from router.state import RoutingState
from service.offer_pictures import catalogue_picture
from service.retained import Retained

log = structlog.get_logger(__name__)

MOST_RETAINED_BYTES = 4_000_000
"""What the shipped settings of Mosquitto let through, less the packet's own bytes."""
NOT_SHOWN_YET = ""


class CatalogueShowing:
    """Publishes the catalogue if it is another than was shown; clears it if there is none."""

    def __init__(self, space: TopicSpace, retained: Retained) -> None:
        self._space = space
        self._retained = retained
        self._version: str | None = NOT_SHOWN_YET

    def forget(self) -> None:
        """Show it again: the broker may have lost it."""
        self._version = NOT_SHOWN_YET

    async def show(self, state: RoutingState, now_ms: int) -> None:
        """Publish what changed; raises `TransportError` if the link is lost meanwhile."""
        version = state.offers.version
        if version == self._version:
            return
        topic, picture = self._space.catalogue_state, catalogue_picture(state, now_ms)
        if picture is None or self._is_too_large(len(encode_snapshot(picture))):
            await self._retained.clear(topic)
        else:
            await self._retained.put(topic, picture)
        self._version = version

    def _is_too_large(self, size: int) -> bool:
        if size <= MOST_RETAINED_BYTES:
            return False
        log.error("catalogue_not_shown", size=size, most=MOST_RETAINED_BYTES)
        return True

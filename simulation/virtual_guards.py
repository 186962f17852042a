"""Guard rails in a simulation: measured as a follower measures them, every second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.gate import GuardSettings
from config.routing import RoutingSettings
from router.decisions import AnyDecision
from router.events import AnyEvent, GuardChanged
from router.guard_watch import GuardWatch
from router.observer import Observer
from router.records import Record
from router.state import RoutingState

MEASURED_EVERY_MS = 1_000


class VirtualGuards:
    """Follows what the engine decides, and tells when a guard rail is hit or no longer is."""

    def __init__(self, settings: RoutingSettings) -> None:
        self._observer = Observer()
        self._observer.configure(settings.queues)
        self._watch = GuardWatch()

    def observe(self, event: AnyEvent, decisions: Sequence[AnyDecision]) -> None:
        """Take in one step of the engine."""
        self._observer.observe(Record(0, event, tuple(decisions)))

    def changes(self, state: RoutingState, now_ms: int) -> Iterator[GuardChanged]:
        """Yield what the engine is to be told."""
        yield from self._watch.changes(state, self._observer, now_ms)


def guards_of(settings: RoutingSettings) -> VirtualGuards | None:
    """Return what measures, None if no queue has a guard rail: it takes a good part of the time."""
    none = GuardSettings()
    has_some = any(
        one.gate.guards.model_copy(update={"min_arrived": none.min_arrived}) != none
        for one in settings.queues
    )
    return VirtualGuards(settings) if has_some else None

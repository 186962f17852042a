"""The alarms at the broker: raised, told again when their values change, cleared when over."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bus.snapshot_parts import Acknowledgement
from bus.snapshots import AlarmSnapshot
from bus.topics import TopicSpace
from config.alarms import AlarmSettings
from router.alarm_causes import causes
from router.alarm_watch import Alarm, AlarmWatch, Cause
from router.state import RoutingState
from service.pictures import View
from service.retained import Paced, Retained

SETTLED_AFTER_CYCLES = 4


class AlarmDesk:
    """Follows the alarms of one engine."""

    def __init__(self, settings: AlarmSettings, space: TopicSpace, retained: Retained) -> None:
        self._settings = settings
        self._space = space
        self._retained = retained
        self._watch = AlarmWatch(settings.raise_after_ms, settings.clear_after_ms)
        self._shown = Paced(every_ms=0)
        self._topics: dict[str, str] = {}
        self._settling = 0

    def take_back(self, topic: str, payload: bytes) -> None:
        """Go on with an alarm that an earlier follower left at the broker, or clear it."""
        try:
            found = msgspec.json.decode(payload, type=AlarmSnapshot)
        except msgspec.ValidationError:
            return
        self._topics[found.alarm_id] = topic
        self._watch.adopt(_alarm(found))

    def forget(self) -> None:
        """Show everything again."""
        self._shown.forget(self._topics)

    def settle(self) -> None:
        """The link is new: hear first what alarms the broker retains, so as to go on with them."""
        self._settling = SETTLED_AFTER_CYCLES

    async def show(self, view: View, now_ms: int) -> None:
        """Publish what changed."""
        if self._settling:
            self._settling -= 1
            return
        found = causes(self._settings, view.state, view.observer, view.standing, now_ms)
        raised = self._watch.see(found, now_ms)
        for alarm_id, alarm in raised.items():
            picture = alarm_picture(view.state, alarm, now_ms)
            if self._shown.is_news(alarm_id, picture):
                self._topics[alarm_id] = self._space.alarm_state(alarm_id)
                await self._retained.put(self._topics[alarm_id], picture)
        await self._clear(self._topics.keys() - raised.keys())

    async def _clear(self, alarm_ids: Iterable[str]) -> None:
        for alarm_id in alarm_ids:
            await self._retained.clear(self._topics[alarm_id])
            del self._topics[alarm_id]
            self._shown.drop(alarm_id)


def alarm_picture(state: RoutingState, alarm: Alarm, now_ms: int) -> AlarmSnapshot:
    """Show one alarm as it is at `now_ms`."""
    cause = alarm.cause
    return AlarmSnapshot(
        epoch=state.epoch,
        sequence=state.seq,
        at_ms=now_ms,
        alarm_id=alarm.alarm_id,
        code=cause.code,
        severity=cause.severity,
        queue_id=cause.queue_id,
        agent_id=cause.agent_id,
        since_ms=alarm.since_ms,
        values=cause.values,
        acknowledged=_acknowledged(state, alarm.alarm_id),
    )


def _acknowledged(state: RoutingState, alarm_id: str) -> Acknowledgement | None:
    found = state.alarms.get(alarm_id)
    return None if found is None else Acknowledgement(by=found.by, at_ms=found.at_ms)


def _alarm(found: AlarmSnapshot) -> Alarm:
    subject = found.alarm_id.removeprefix(f"{found.code}:").rpartition(":")[0]
    cause = Cause(
        code=found.code,
        subject=subject,
        severity=found.severity,
        queue_id=found.queue_id,
        agent_id=found.agent_id,
        values=found.values,
    )
    return Alarm(alarm_id=found.alarm_id, since_ms=found.since_ms, cause=cause, is_raised=True)

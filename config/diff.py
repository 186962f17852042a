"""What a reload changes, in words, for the log and the audit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from config.base import Settings
from config.routing import AgentSettings, QueueSettings, RoutingSettings
from config.settings import TidegateSettings

RESTART_SECTIONS = ("centre", "bus", "journal", "cluster", "service", "alarms")


def describe_changes(old: RoutingSettings, new: RoutingSettings) -> list[str]:
    """Return a line for each queue or agent added or removed, and for each key changed."""
    return [
        *_members("queues", _queues(old.queues), _queues(new.queues)),
        *_members("agents", _agents(old.agents), _agents(new.agents)),
        *_keys("limits", old.limits, new.limits),
        *_keys("marketing", old.marketing, new.marketing),
    ]


def changes_needing_restart(old: TidegateSettings, new: TidegateSettings) -> list[str]:
    """Return a line for each changed key that a running engine cannot take up."""
    return [
        line
        for section in RESTART_SECTIONS
        for line in _keys(section, getattr(old, section), getattr(new, section))
    ]


def _queues(queues: Sequence[QueueSettings]) -> dict[str, Settings]:
    return {queue.queue_id: queue for queue in queues}


def _agents(agents: Sequence[AgentSettings]) -> dict[str, Settings]:
    return {agent.agent_id: agent for agent in agents}


def _members(name: str, old: Mapping[str, Settings], new: Mapping[str, Settings]) -> Iterator[str]:
    yield from (f"{name}[{one}] removed" for one in old if one not in new)
    for one, settings in new.items():
        if one in old:
            yield from _keys(f"{name}[{one}]", old[one], settings)
        else:
            yield f"{name}[{one}] added"


def _keys(name: str, old: Settings, new: Settings) -> Iterator[str]:
    """Yield a line per differing key; inner tables are compared key by key."""
    if old == new:
        return
    for key in type(new).model_fields:
        before, after = getattr(old, key), getattr(new, key)
        if isinstance(before, Settings) and isinstance(after, Settings):
            yield from _keys(f"{name}.{key}", before, after)
        elif before != after:
            yield f"{name}.{key}: {_said(before)} -> {_said(after)}"


def _said(value: object) -> str:
    if isinstance(value, Settings):
        value = value.model_dump(mode="json")
    elif isinstance(value, list):
        value = [one.model_dump(mode="json") if isinstance(one, Settings) else one for one in value]
    return "unset" if value is None else json.dumps(value, ensure_ascii=False, default=str)

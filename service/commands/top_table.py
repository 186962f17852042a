"""What `tidegate top` shows: the engine's line, alarms, queues, agents by state."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

Objects = dict[str, dict[str, Any]]
"""Objects by kind and id, as in the feed."""

UNKNOWN = "-"


def top_table(objects: Objects, *, is_live: bool) -> RenderableType:
    """Return the whole screen."""
    parts: list[RenderableType] = [_engine(objects, is_live)]
    parts += [_alarm(one) for one in objects.get("alarm", {}).values()]
    return Group(*parts, _queues(objects), _agents(objects))


def _engine(objects: Objects, is_live: bool) -> Text:
    engine = objects.get("engine", {}).get("", {})
    status = engine.get("status", "unknown") if is_live else "no link to the broker"
    style = "green" if status == "ready" else "bold red"
    line = Text.assemble("engine ", (status, style), f"  epoch {engine.get('epoch', UNKNOWN)}")
    if emergency := engine.get("emergency"):
        line.append(f"  EMERGENCY: {emergency.get('reason')}", "bold red")
    return line


def _alarm(alarm: dict[str, Any]) -> Text:
    about = alarm.get("queue_id") or alarm.get("agent_id") or ""
    values = ", ".join(f"{name} {value}" for name, value in alarm.get("values", {}).items())
    seen = "  (acknowledged)" if alarm.get("acknowledged") else ""
    style = "bold red" if alarm.get("severity") == "critical" else "yellow"
    return Text(f"! {alarm.get('code')}  {about}  {values}{seen}", style)


def _queues(objects: Objects) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("queue")
    for name in ("waiting", "longest", "expected", "level", "staffed", "idle", "in service"):
        table.add_column(name, justify="right")
    table.add_column("gate")
    table.add_column("because")
    for queue_id, one in objects.get("queue", {}).items():
        mode = str(one.get("mode", UNKNOWN))
        table.add_row(
            str(one.get("name") or queue_id),
            str(one.get("waiting", UNKNOWN)),
            _seconds(one.get("longest_wait_ms")),
            _seconds(one.get("estimated_wait_ms")),
            _percent(one.get("sliding", {}).get("service_level_ratio")),
            str(one.get("staffed", UNKNOWN)),
            str(one.get("available", UNKNOWN)),
            str(one.get("in_service", UNKNOWN)),
            Text(mode, "green" if mode == "marketing" else ""),
            str(one.get("mode_reason", "")),
        )
    return table


def _agents(objects: Objects) -> Text:
    states = Counter(_state(one) for one in objects.get("agent", {}).values())
    if not states:
        return Text("no agents signed in")
    return Text("agents  " + "  ".join(f"{name} {n}" for name, n in sorted(states.items())))


def _state(agent: dict[str, Any]) -> str:
    """Return what an agent does now: with a contact, else the own state, or lost."""
    if agent.get("lost"):
        return "lost"
    contacts = agent.get("contacts") or [{}]
    return str(contacts[0].get("state") or agent.get("state", UNKNOWN))


def _seconds(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value // 60_000}:{value // 1_000 % 60:02}"


def _percent(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.0%}"

"""Acts of the audit as sentences for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from outcomes.audit import CATALOGUE, CONFIGURATION, Act
from simulation.demo_words import duration_text

CHANGES_NAMED = 5

Fields = dict[str, Any]


def act_in_words(act: Act) -> str:
    """Say what was done, and why not if it was refused; an act without words by its fields."""
    words = _WORDS.get(act.type)
    said = words(act.fields) if words is not None else f"{act.type}: {act.fields}"
    return said if act.refused is None else f"{said} (refused: {act.refused})"


def _override(fields: Fields) -> str:
    queue_id, mode, for_ms = fields.get("queue_id"), fields.get("mode"), fields.get("for_ms")
    which = f"the gate of queue {queue_id}" if queue_id else "the gates of all queues"
    if mode is None:
        return f"{which}: automatic again"
    lasts = "until taken back" if for_ms is None else f"for {duration_text(for_ms)}"
    return f"{which}: {mode}, {lasts}"


def _transfer(fields: Fields) -> str:
    queue_id, agent_id = fields.get("to_queue_id"), fields.get("to_agent_id")
    to = f"queue {queue_id}" if queue_id else f"agent {agent_id}"
    giver = f" by agent {fields['agent_id']}" if fields.get("agent_id") else ""
    return f"contact {fields['contact_id']} transferred{giver} to {to}"


def _skills(fields: Fields) -> str:
    given = ", ".join(f"{skill} {level}" for skill, level in sorted(fields["skills"].items()))
    return (
        f"agent {fields['agent_id']} has {f'the skills {given}' if given else 'own skills again'}"
    )


def _closed(fields: Fields) -> str:
    waiting = {"serve": ", who waits is served", "divert": ", who waits is diverted"}
    return f"queue {fields['queue_id']} closed{waiting.get(fields.get('at_closing') or '', '')}"


def _configuration(fields: Fields) -> str:
    return _list("new settings", fields["changes"], "what they change is not known any more")


def _catalogue(fields: Fields) -> str:
    return _list("another catalogue", fields["products"], "")


def _list(what: str, lines: list[str] | None, unknown: str) -> str:
    if lines is None:
        return f"{what}: {unknown}"
    more = [f"and {len(lines) - CHANGES_NAMED} more"] if len(lines) > CHANGES_NAMED else []
    return f"{what}: {'; '.join([*lines[:CHANGES_NAMED], *more])}"


def _plain(template: str) -> Callable[[Fields], str]:
    return lambda fields: template.format(**fields)


_WORDS: dict[str, Callable[[Fields], str]] = {
    "agent_ready": _plain("agent {agent_id} set ready"),
    "agent_not_ready": _plain("agent {agent_id} set not ready: {reason}"),
    "agent_sign_out_forced": _plain("agent {agent_id} signed out"),
    "agent_skills_changed": _skills,
    "contact_moved": _plain("contact {contact_id} moved to queue {queue_id}"),
    "contact_prioritised": _plain("contact {contact_id} given priority {priority}"),
    "contact_transferred": _transfer,
    "queue_opened": _plain("queue {queue_id} opened"),
    "queue_closed": _closed,
    "gate_overridden": _override,
    "emergency_declared": _plain("emergency declared: {reason}"),
    "emergency_cleared": _plain("emergency cleared"),
    "alarm_acknowledged": _plain("alarm {alarm_id} acknowledged"),
    CATALOGUE: _catalogue,
    CONFIGURATION: _configuration,
}

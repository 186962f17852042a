"""Write docs/state-tables.md from agents/transitions.py: run it after changing a table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from agents.transitions import AGENT_TRANSITIONS, ASSIGNMENT_TRANSITIONS
from contacts.vocabulary import AgentState, AssignmentState

PAGE = Path(__file__).parents[1] / "docs" / "state-tables.md"

INTRODUCTION = """\
# State tables

Generated from `agents/transitions.py` by `python scripts/draw_state_tables.py`; do not edit. What
is not in a table does not happen: an event that asks for it is answered `state_forbids`.
"""

AGENT = """\
An agent is a person: signed out, ready, not ready for a reason, or not ready as soon as the
contacts in hand are done. What the agent *does* (talks, wraps up) follows from the assignments.
"""

ASSIGNMENT = """\
An assignment is one contact with one agent. An agent may have several at once, within capacity. In
wrap-up the customer is gone (or elsewhere) and the agent still busy. Closed assignments are gone.
"""

State = TypeVar("State", bound=StrEnum)
Trigger = TypeVar("Trigger", bound=StrEnum)
Table = Mapping[tuple[State, Trigger], State]


def draw_page() -> str:
    """Return the page as Markdown, with Mermaid diagrams."""
    return "\n".join(
        (
            INTRODUCTION,
            section("Agent", AGENT, AGENT_TRANSITIONS, AgentState.SIGNED_OUT),
            section("Assignment", ASSIGNMENT, ASSIGNMENT_TRANSITIONS, AssignmentState.RESERVED),
        )
    )


def section(title: str, prose: str, table: Table[State, Trigger], first: State) -> str:
    """Return one table with its diagram."""
    return "\n".join((f"## {title}", "", prose, *diagram(table, first), "", *rows(table), ""))


def diagram(table: Table[State, Trigger], first: State) -> list[str]:
    """Return the lines of a state diagram; triggers between the same two states share an arrow."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for (before, trigger), after in table.items():
        arrows.setdefault((before, after), []).append(trigger.value)
    leavable = {before for before, _ in table}
    ends = sorted({after for after in table.values() if after not in leavable})
    return [
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {first}",
        *(
            f"    {before} --> {after}: {' / '.join(triggers)}"
            for (before, after), triggers in arrows.items()
        ),
        *(f"    {end} --> [*]" for end in ends),
        "```",
    ]


def rows(table: Table[State, Trigger]) -> list[str]:
    """Return the lines of a Markdown table."""
    return [
        "| from | when | to |",
        "|---|---|---|",
        *(f"| `{before}` | {trigger} | `{after}` |" for (before, trigger), after in table.items()),
    ]


if __name__ == "__main__":
    PAGE.write_text(draw_page(), encoding="utf-8")

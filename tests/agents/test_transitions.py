"""The two state tables, and the page drawn from them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from agents.transitions import (
    AGENT_TRANSITIONS,
    ASSIGNMENT_TRANSITIONS,
    UNANSWERED,
    WITH_CUSTOMER,
    AgentTrigger,
    AssignmentTrigger,
)
from contacts.vocabulary import AgentState, AssignmentState

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    path = ROOT / "scripts" / "draw_state_tables.py"
    spec = importlib.util.spec_from_file_location("draw_state_tables", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_has_not_drifted_from_the_tables(drawing: ModuleType) -> None:
    remedy = "run: python scripts/draw_state_tables.py"
    assert drawing.PAGE.read_text(encoding="utf-8") == drawing.draw_page(), remedy


def test_the_page_shows_every_transition(drawing: ModuleType) -> None:
    page = drawing.draw_page()
    for table in (AGENT_TRANSITIONS, ASSIGNMENT_TRANSITIONS):
        for (before, trigger), after in table.items():
            assert f"| `{before}` | {trigger} | `{after}` |" in page


def test_every_state_is_reached_and_every_trigger_used() -> None:
    assert set(AGENT_TRANSITIONS.values()) == set(AgentState)
    assert {trigger for _, trigger in AGENT_TRANSITIONS} == set(AgentTrigger)
    reached = set(ASSIGNMENT_TRANSITIONS.values()) | {AssignmentState.RESERVED}
    assert reached == set(AssignmentState)
    assert {trigger for _, trigger in ASSIGNMENT_TRANSITIONS} == set(AssignmentTrigger)


def test_no_state_is_a_trap() -> None:
    """Every agent can be signed out and every assignment closed, from wherever they are."""
    for state in AgentState:
        if state is not AgentState.SIGNED_OUT:
            assert AGENT_TRANSITIONS[state, AgentTrigger.SIGN_OUT] is AgentState.SIGNED_OUT
    for one in AssignmentState:
        if one is not AssignmentState.CLOSED:
            assert ASSIGNMENT_TRANSITIONS[one, AssignmentTrigger.CLOSE] is AssignmentState.CLOSED


def test_nothing_leaves_closed() -> None:
    assert all(before is not AssignmentState.CLOSED for before, _ in ASSIGNMENT_TRANSITIONS)


def test_only_an_unanswered_contact_is_given_back_and_only_a_served_one_wraps_up() -> None:
    by_trigger = ASSIGNMENT_TRANSITIONS.keys()
    assert {one for one, when in by_trigger if when is AssignmentTrigger.GIVE_BACK} == UNANSWERED
    assert {one for one, when in by_trigger if when is AssignmentTrigger.END} == WITH_CUSTOMER

"""An agent's room for contacts, and the clocks of an assignment."""

from __future__ import annotations

import pytest

from agents.agent import Agent, Assignment
from agents.strategies import ORDERS, is_qualified, preference
from contacts.vocabulary import AgentState, AssignmentState, Channel

VOICE_ONLY_ALONE = frozenset({Channel.VOICE})
EACH_FOR_ITSELF: frozenset[Channel] = frozenset()


def assignment(contact_id: str, channel: Channel) -> Assignment:
    return Assignment(
        contact_id=contact_id,
        agent_id="anna",
        queue_id="sales",
        channel=channel,
        revision=2,
        leg=1,
        state=AssignmentState.TALK,
        since_ms=1_000,
        until_ms=None,
        queued_at_ms=0,
    )


def anna(*in_hand: Channel, state: AgentState = AgentState.READY, **fields: object) -> Agent:
    held = {f"c{number}": assignment(f"c{number}", one) for number, one in enumerate(in_hand)}
    return Agent(
        agent_id="anna",
        serial=1,
        session="agent/anna",
        skills={},
        capacity={Channel.VOICE: 1, Channel.CHAT: 3, Channel.TASK: 0},
        state=state,
        assignments=held,
        **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("in_hand", "channel", "alone", "each"),
    [
        ((), Channel.VOICE, True, True),
        ((), Channel.TASK, False, False),
        ((Channel.VOICE,), Channel.VOICE, False, False),
        ((Channel.VOICE,), Channel.CHAT, False, True),
        ((Channel.CHAT,), Channel.VOICE, False, True),
        ((Channel.CHAT, Channel.CHAT), Channel.CHAT, True, True),
        ((Channel.CHAT,) * 3, Channel.CHAT, False, False),
        ((Channel.CHAT,) * 3, Channel.VOICE, False, True),
    ],
)
def test_room(in_hand: tuple[Channel, ...], channel: Channel, alone: bool, each: bool) -> None:
    agent = anna(*in_hand)
    assert agent.has_room(channel, VOICE_ONLY_ALONE) is alone
    assert agent.has_room(channel, EACH_FOR_ITSELF) is each


@pytest.mark.parametrize("state", [one for one in AgentState if one is not AgentState.READY])
def test_no_room_unless_ready(state: AgentState) -> None:
    assert not anna(state=state).has_room(Channel.VOICE, EACH_FOR_ITSELF)


def test_no_room_while_the_client_is_lost() -> None:
    assert not anna(lost_until_ms=9).has_room(Channel.VOICE, EACH_FOR_ITSELF)


def test_phases_add_up_across_changes() -> None:
    one = assignment("c1", Channel.VOICE)
    one.enter(AssignmentState.HOLD, 4_000)
    one.enter(AssignmentState.TALK, 9_000)
    one.enter(AssignmentState.SERVICE_COMPLETE, 10_000)
    one.enter(AssignmentState.MARKETING, 12_000)
    one.enter(AssignmentState.WRAP_UP, 20_000)
    assert one.phases_ms(21_000) == (6_000, 5_000, 8_000, 1_000)


def test_orders_do_not_change_while_an_agent_is_idle() -> None:
    agent = anna(idle_since_ms=1_000_000, signed_in_at_ms=0, busy_ms=250_000, handle_mean_ms=7)
    assert {name: order(agent) for name, order in ORDERS.items()} == {
        "longest_idle": 1_000_000,
        "least_occupied": 250_000,
        "round_robin": 0,
        "fastest": 7,
        "most_skilled": 1_000_000,
    }


def test_qualified_and_preferred() -> None:
    assert is_qualified({"sales": 3, "french": 1}, {"sales": 3})
    assert not is_qualified({"sales": 2}, {"sales": 3})
    assert not is_qualified({}, {"sales": 1})
    assert is_qualified({}, {})
    assert preference("most_skilled", {"sales": 3, "french": 9}, {"sales": 1}) == -3
    assert preference("longest_idle", {"sales": 3}, {"sales": 1}) == 0

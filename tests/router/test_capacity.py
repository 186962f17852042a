"""How many contacts an agent may have at once, per channel."""

from __future__ import annotations

import pytest

from tests.support.desk import Desk, agent, queue

CHANNELS = (
    queue("sales"),
    queue("chat", channel="chat"),
    queue("mail", channel="task"),
)


def test_one_voice_contact_at_a_time() -> None:
    desk = Desk(*CHANNELS, ready="anna")
    desk.talk("c1")
    desk.arrive("c2")
    assert desk.where("c2") == "waiting"
    desk.end("c1")
    assert desk.where("c2") == "anna reserved"


def test_three_chats_at_a_time() -> None:
    desk = Desk(*CHANNELS, ready="anna")
    for contact_id in ("c1", "c2", "c3", "c4"):
        desk.arrive(contact_id, "chat")
    assert [desk.where(f"c{number}") for number in (1, 2, 3, 4)] == [
        "anna reserved",
        "anna reserved",
        "anna reserved",
        "waiting",
    ]


def test_wrap_up_takes_room() -> None:
    wrapped = queue("chat", channel="chat", wrap_up={"kind": "manual", "duration_ms": 60_000})
    desk = Desk(wrapped, agents=[agent("anna", {"chat": 1})], ready="anna")
    desk.talk("c1", "chat")
    desk.end("c1")
    desk.arrive("c2", "chat")
    assert desk.where("c2") == "waiting"


@pytest.mark.parametrize(("first", "second"), [("sales", "chat"), ("chat", "sales")])
def test_voice_is_exclusive(first: str, second: str) -> None:
    desk = Desk(*CHANNELS, ready="anna")
    desk.talk("c1", first)
    desk.arrive("c2", second)
    assert desk.where("c2") == "waiting"
    desk.end("c1")
    assert desk.where("c2") == "anna reserved"


def test_chats_and_tasks_go_together() -> None:
    desk = Desk(*CHANNELS, ready="anna")
    desk.talk("c1", "chat")
    desk.arrive("c2", "mail")
    assert desk.where("c2") == "anna reserved"


def test_without_exclusive_channels_each_counts_for_itself() -> None:
    desk = Desk(*CHANNELS, ready="anna", limits={"exclusive_channels": []})
    desk.talk("c1")
    desk.arrive("c2", "chat")
    assert desk.where("c2") == "anna reserved"


def test_an_agent_without_a_channel_is_not_offered_it() -> None:
    desk = Desk(*CHANNELS, agents=[agent("anna", {"chat": 2, "voice": 0})], ready="anna")
    desk.arrive("c1")
    desk.arrive("c2", "chat")
    assert (desk.where("c1"), desk.where("c2")) == ("waiting", "anna reserved")


def test_agents_with_fewer_contacts_come_first() -> None:
    desk = Desk(*CHANNELS, ready="anna ben")
    for contact_id in ("c1", "c2", "c3", "c4"):
        desk.arrive(contact_id, "chat")
    assert [len(desk.agent(one).assignments) for one in ("anna", "ben")] == [2, 2]


def test_capacity_that_came_free_is_filled_with_all_it_can_take() -> None:
    desk = Desk(*CHANNELS)
    for contact_id in ("c1", "c2", "c3", "c4"):
        desk.arrive(contact_id, "chat")
    desk.sign_in("anna")
    assert len(desk.agent("anna").assignments) == 3


def test_one_time_out_takes_the_agent_off_but_leaves_the_other_chats() -> None:
    desk = Desk(*CHANNELS, ready="anna")
    desk.talk("c1", "chat")
    desk.arrive("c2", "chat")
    desk.ring("c2")
    desk.wait(20_000)
    assert desk.doing("anna") == "not_ready: rona"
    assert desk.where("c1") == "anna talk"
    desk.end("c1")
    assert desk.doing("anna") == "not_ready: rona"

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.topics import Role, Sender, TopicError, TopicSpace
from contacts.ids import ID_PATTERN

SPACE = TopicSpace("acme", "main", "voice")
BASE = "tidegate/v1/acme/main/voice"
ids = st.from_regex(ID_PATTERN, fullmatch=True)


def test_the_topics_are_those_of_the_contract() -> None:
    assert SPACE.all_events_in == f"{BASE}/in/+/+"
    assert SPACE.events_in(Role.BRIDGE, "pbx-1") == f"{BASE}/in/bridge/pbx-1"
    assert SPACE.reply(Role.AGENT, "anna-desk") == f"{BASE}/reply/agent/anna-desk"
    assert SPACE.decisions_to_bridge("pbx-1") == f"{BASE}/decisions/bridge/pbx-1"
    assert SPACE.decisions_to_agent("anna") == f"{BASE}/decisions/agent/anna"
    assert SPACE.queue_state("cards") == f"{BASE}/state/queue/cards"
    assert SPACE.agent_state("anna") == f"{BASE}/state/agent/anna"
    assert SPACE.waiting_state("cards") == f"{BASE}/state/waiting/cards"
    assert SPACE.day_state("cards") == f"{BASE}/state/day/cards"
    assert SPACE.alarm_state("rona:anna:7") == f"{BASE}/state/alarm/rona:anna:7"
    assert SPACE.marketing_state == f"{BASE}/state/marketing"
    assert SPACE.engine_state == f"{BASE}/state/engine"


@given(tenant=ids, site=ids, domain=ids, role=st.sampled_from(Role), client=ids)
def test_what_is_built_is_parsed_back(
    tenant: str, site: str, domain: str, role: Role, client: str
) -> None:
    space = TopicSpace(tenant, site, domain)
    assert space.parse_in(space.events_in(role, client)) == (role, client)


def test_the_sender_is_named_as_events_name_it() -> None:
    sender = SPACE.parse_in(f"{BASE}/in/bridge/pbx-1")
    assert sender == Sender(Role.BRIDGE, "pbx-1")
    assert sender.source == "bridge/pbx-1"


@pytest.mark.parametrize(
    ("topic", "fault"),
    [
        (f"{BASE}/in/+/pbx-1", "wildcard"),
        (f"{BASE}/in/bridge/#", "wildcard"),
        (f"{BASE}/in/bridge/pbx 1", "allowed: 1 to 128"),
        (f"{BASE}/in/bridge/" + "x" * 129, "allowed: 1 to 128"),
        (f"{BASE}/in/bridge/", "empty level"),
        (f"{BASE}/in/bridge/a/b", "not where events come in"),
        (f"{BASE}/in//pbx-1", "empty level"),
        (f"{BASE}/in/manager/zoe", "role is 'manager'; allowed: bridge, agent, supervisor"),
        (f"{BASE}/in/bridge", "not where events come in"),
        (f"{BASE}/reply/bridge/pbx-1", "not where events come in"),
        ("tidegate/v1/acme/other/voice/in/bridge/pbx-1", "not where events come in"),
        ("tidegate/v2/acme/main/voice/in/bridge/pbx-1", "another version than v1"),
        ("tidegate", "another version than v1"),
        ("tidegate//acme/main/voice/in/bridge/pbx-1", "empty level"),
        ("factory/v1/acme/main/voice/in/bridge/pbx-1", "not one of ours"),
        ("", "empty level"),
    ],
)
def test_other_topics_are_refused_with_a_reason(topic: str, fault: str) -> None:
    with pytest.raises(TopicError) as refused:
        SPACE.parse_in(topic)
    assert fault in str(refused.value)


@given(st.text())
def test_any_other_text_is_refused_and_never_quoted_at_length(topic: str) -> None:
    with pytest.raises(TopicError) as refused:
        SPACE.parse_in(topic * 100)
    assert len(str(refused.value)) < 600


@pytest.mark.parametrize("name", ["a/b", "", "a b", "+", "#"])
def test_ids_that_do_not_fit_in_a_topic_are_refused(name: str) -> None:
    with pytest.raises(TopicError, match="allowed"):
        SPACE.queue_state(name)
    with pytest.raises(ValueError, match="site is"):
        TopicSpace("acme", name, "voice")


def test_remembered_topics_are_bounded() -> None:
    assert SPACE.parse_in.cache_info().maxsize is not None

"""Warnings: permitted, but probably not meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from config.advice import queues_without_agents, warnings_about
from config.base import OpeningHours
from config.routing import AgentSettings, LimitSettings, QueueSettings
from config.settings import BusSettings, JournalSettings, ServiceSettings, TidegateSettings
from contacts.vocabulary import Channel, Refusal

QUEUE = QueueSettings(queue_id="cards", requires={"cards": 5})
CLOSED_SHOP = LimitSettings(unlisted_agents=False)


def test_the_shipped_kind_of_settings_needs_no_warning() -> None:
    assert warnings_about(TidegateSettings(queues=[QUEUE])) == []


def test_no_queue() -> None:
    assert warnings_about(TidegateSettings()) == [
        "no queue is configured: every contact will be rejected as queue_unknown"
    ]


def test_a_queue_nobody_can_serve() -> None:
    novice = AgentSettings(agent_id="a", skills={"cards": 4})
    (warning,) = warnings_about(
        TidegateSettings(queues=[QUEUE], agents=[novice], limits=CLOSED_SHOP)
    )
    assert warning == (
        "queues[cards]: no listed agent can serve it (channel voice, requires cards 5), and"
        " limits.unlisted_agents = false lets no other sign in"
    )
    assert warnings_about(TidegateSettings(queues=[QUEUE], agents=[novice])) == []


def test_nobody_can_sign_in() -> None:
    (warning,) = warnings_about(TidegateSettings(queues=[QUEUE], limits=CLOSED_SHOP))
    assert "nobody can sign in" in warning


SKILLS = st.dictionaries(st.sampled_from("abc"), st.integers(1, 4))
CHANNELS = st.sampled_from(list(Channel))


@given(
    st.lists(st.tuples(SKILLS, CHANNELS), max_size=5),
    st.lists(st.tuples(SKILLS, st.dictionaries(CHANNELS, st.integers(0, 2))), max_size=6),
)
def test_unserved_queues_agree_with_asking_each_agent(
    queues: list[tuple[dict[str, int], Channel]],
    agents: list[tuple[dict[str, int], dict[Channel, int]]],
) -> None:
    listed = [
        QueueSettings(queue_id=f"q{n}", requires=requires, channel=channel)
        for n, (requires, channel) in enumerate(queues)
    ]
    staff = [
        AgentSettings(agent_id=f"a{n}", skills=skills, capacity=capacity)
        for n, (skills, capacity) in enumerate(agents)
    ]
    unserved = [
        queue
        for queue in listed
        if not any(
            agent.capacity.get(queue.channel, 0) > 0
            and all(agent.skills.get(skill, 0) >= least for skill, least in queue.requires.items())
            for agent in staff
        )
    ]
    assert queues_without_agents(listed, staff) == unserved


@pytest.mark.parametrize(
    ("refusal", "key"),
    [
        (Refusal.CLOSED, "hours"),
        (Refusal.FULL, "max_waiting"),
        (Refusal.NO_STAFF, "refuse_without_staff"),
        (Refusal.WAITED_TOO_LONG, "max_wait_ms"),
    ],
)
def test_a_destination_that_is_never_used(refusal: Refusal, key: str) -> None:
    queue = QueueSettings(queue_id="a", destinations={refusal: "x"})
    (warning,) = warnings_about(TidegateSettings(queues=[queue]))
    assert warning == (
        f"queues[a].destinations.{refusal.value} is never used: without {key} the queue refuses"
        " nobody for that reason"
    )


def test_destinations_that_are_used_are_silent() -> None:
    queue = QueueSettings(
        queue_id="a",
        destinations=dict.fromkeys(Refusal, "x"),
        hours=[OpeningHours(days=["mon"], opens="08:00", closes="09:00")],
        max_waiting=1,
        max_wait_ms=1_000,
        refuse_without_staff=True,
    )
    assert warnings_about(TidegateSettings(queues=[queue])) == []


def test_the_process() -> None:
    found = warnings_about(
        TidegateSettings(
            bus=BusSettings(broker="mqtt", host="broker.lan", password=SecretStr("hunter2")),
            journal=JournalSettings(synchronous="NORMAL"),
            service=ServiceSettings(clock="ticked", http_host="0.0.0.0", http_beyond_loopback=True),
            queues=[QUEUE],
        )
    )
    assert [one.split(":")[0].split(" ")[0] for one in found] == [
        "service.http_host",
        "bus.tls",
        "bus.username",
        "journal.synchronous",
        "service.clock",
    ]
    assert "hunter2" not in " ".join(found)


def test_a_variable_that_is_not_read() -> None:
    settings = TidegateSettings(queues=[QUEUE])
    platform = ["TIDEGATE_SERVICE_HOST", "TIDEGATE_PORT", "TIDEGATE_", "TIDEGATE_BUS_PASSWORD"]
    assert warnings_about(settings, ["TIDEGATE__BUS__PORT", *platform]) == []
    assert warnings_about(settings, ["TIDEGATE_SERVICE_HTTP_PORT"]) == [
        "the variable TIDEGATE_SERVICE_HTTP_PORT is not read;"
        " did you mean TIDEGATE__SERVICE__HTTP_PORT?"
    ]

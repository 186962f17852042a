"""What a reload changes, in words."""

from config.base import OpeningHours
from config.diff import changes_needing_restart, describe_changes
from config.routing import (
    AgentSettings,
    LimitSettings,
    QueueSettings,
    RoutingSettings,
    WrapUpSettings,
)
from config.settings import BusSettings, TidegateSettings, TlsSettings


def test_no_change_has_no_words() -> None:
    routing = RoutingSettings(queues=[QueueSettings(queue_id="a")])
    assert describe_changes(routing, routing.model_copy(deep=True)) == []


def test_each_change_has_its_line() -> None:
    old = RoutingSettings(
        queues=[QueueSettings(queue_id="a"), QueueSettings(queue_id="gone")],
        agents=[AgentSettings(agent_id="x", skills={"cards": 1})],
    )
    new = RoutingSettings(
        queues=[
            QueueSettings(
                queue_id="a",
                max_waiting=5,
                wrap_up=WrapUpSettings(duration_ms=1_000),
                hours=[OpeningHours(days=["mon"], opens="08:00", closes="12:00")],
            ),
            QueueSettings(queue_id="new"),
        ],
        agents=[AgentSettings(agent_id="x", skills={"cards": 2}), AgentSettings(agent_id="y")],
        limits=LimitSettings(unlisted_agents=False),
    )
    assert describe_changes(old, new) == [
        "queues[gone] removed",
        "queues[a].max_waiting: unset -> 5",
        "queues[a].wrap_up.duration_ms: 30000 -> 1000",
        'queues[a].hours: [] -> [{"days": ["mon"], "opens": "08:00", "closes": "12:00"}]',
        "queues[new] added",
        'agents[x].skills: {"cards": 1} -> {"cards": 2}',
        "agents[y] added",
        "limits.unlisted_agents: true -> false",
    ]


def test_the_order_of_the_file_is_no_change() -> None:
    a, b = QueueSettings(queue_id="a"), QueueSettings(queue_id="b")
    assert describe_changes(RoutingSettings(queues=[a, b]), RoutingSettings(queues=[b, a])) == []


def test_what_a_running_engine_cannot_take_up() -> None:
    old = TidegateSettings(queues=[QueueSettings(queue_id="a")])
    new = TidegateSettings(bus=BusSettings(port=1884, tls=TlsSettings()))
    assert changes_needing_restart(old, old) == []
    assert changes_needing_restart(old, new) == [
        "bus.port: 1883 -> 1884",
        'bus.tls: unset -> {"ca_file": null, "cert_file": null, "key_file": null}',
    ]

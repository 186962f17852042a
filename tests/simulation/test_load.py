"""The load generator against a real engine behind a real broker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bus.connection_settings import ConnectionSettings
from bus.topics import TopicSpace
from config.routing import LimitSettings, QueueSettings
from config.settings import BusSettings, JournalSettings, ServiceSettings, TidegateSettings
from outcomes.journal_reader import JournalReader
from service.engine_service import EngineService
from service.running import running
from simulation import load
from simulation.load import LoadError, run_load
from simulation.load_figures import LoadResult, Measured, Percentiles
from simulation.load_plan import LoadPlan, default_talk_ms
from tests.support.brokers import MosquittoProcess, free_port

SPACE = TopicSpace("demo", "main", "default")


def a_plan(port: int, **changes: object) -> LoadPlan:
    plan = LoadPlan(
        connection=ConnectionSettings("127.0.0.1", port, "load"),
        space=SPACE,
        run_id="run1",
        rate_per_s=400.0,
        contacts=200,
        agents=20,
        talk_ms=10.0,
        queues=("sales", "support"),
        skills={"english": 5},
    )
    return replace(plan, **changes)  # type: ignore[arg-type]


def ignore(line: str) -> None:
    """Nobody looks at the progress."""


@asynccontextmanager
async def an_engine(
    directory: Path, port: int, *, backlog: int = 2_000, unlisted: bool = True
) -> AsyncIterator[EngineService]:
    settings = TidegateSettings(
        bus=BusSettings(broker="mqtt", port=port, max_backlog_records=backlog),
        journal=JournalSettings(path=directory / "journal.db"),
        service=ServiceSettings(http_port=0),
        limits=LimitSettings(unlisted_agents=unlisted),
        queues=[
            QueueSettings(queue_id="sales", requires={"english": 1}),
            QueueSettings(queue_id="support"),
        ],
    )
    async with running(settings, with_follower=False) as service:
        await service.connection.wait_connected()
        yield service


async def arrived_in(journal: Path) -> list[str]:
    """Return the event ids of all arrivals in the journal."""
    reader = await JournalReader.open(journal)
    try:
        return [
            row.event_id
            async for rows in reader.read(0)
            for row in rows
            if row.kind == "contact_arrived"
        ]
    finally:
        await reader.close()


@pytest.mark.mosquitto
async def test_every_contact_is_routed_and_measured(tmp_path: Path) -> None:
    async with MosquittoProcess(tmp_path) as broker, an_engine(tmp_path, broker.port) as service:
        result = await run_load(a_plan(broker.port), ignore)
        assert not service.desk.engine.state.contacts
    assert result.conserved
    assert (result.offered, result.journaled, result.completed) == (200, 200, 200)
    assert result.errors == {}
    reservations = result.arrival_to_reservation_ms.count + result.freed_to_reservation_ms.count
    assert reservations == 200
    assert len(await arrived_in(tmp_path / "journal.db")) == 200


@pytest.mark.mosquitto
async def test_with_too_few_agents_the_time_from_freed_to_next_is_measured(
    tmp_path: Path,
) -> None:
    async with MosquittoProcess(tmp_path) as broker, an_engine(tmp_path, broker.port):
        plan = a_plan(broker.port, agents=2, contacts=100, talk_ms=20.0, ringing=True)
        result = await run_load(plan, ignore)
    assert result.completed == 100
    assert result.freed_to_reservation_ms.count > 50


@pytest.mark.mosquitto
async def test_an_engine_without_room_answers_busy_and_nothing_is_lost(tmp_path: Path) -> None:
    async with MosquittoProcess(tmp_path) as broker, an_engine(tmp_path, broker.port, backlog=10):
        plan = a_plan(broker.port, rate_per_s=50_000.0, contacts=1_000, agents=5)
        result = await run_load(plan, ignore)
    assert result.busy > 0
    assert result.journaled + result.busy == result.offered == 1_000
    arrived = await arrived_in(tmp_path / "journal.db")
    assert len(arrived) == len(set(arrived)) == result.journaled


@pytest.mark.mosquitto
async def test_what_is_not_answered_is_repeated_and_taken_once(tmp_path: Path) -> None:
    async with MosquittoProcess(tmp_path) as broker, an_engine(tmp_path, broker.port) as service:
        held = False

        def pause_once(line: str) -> None:
            nonlocal held
            if not held:
                held = True
                service.connection.socket.shutdown(2)  # replies on their way are lost

        plan = a_plan(broker.port, rate_per_s=100.0, contacts=250, repeat_after_s=0.2)
        result = await run_load(plan, pause_once)
    assert held
    assert result.repeats > 0
    assert result.conserved
    arrived = await arrived_in(tmp_path / "journal.db")
    assert len(arrived) == len(set(arrived)) == 250


@pytest.mark.mosquitto
async def test_a_second_run_takes_over_what_the_first_left(tmp_path: Path) -> None:
    async with MosquittoProcess(tmp_path) as broker, an_engine(tmp_path, broker.port) as service:
        broken_off = a_plan(broker.port, contacts=20, talk_ms=60_000.0, drain_s=0.3)
        assert not (await run_load(broken_off, ignore)).conserved
        assert service.desk.engine.state.contacts
        result = await run_load(a_plan(broker.port, run_id="run2"), ignore)
        assert not service.desk.engine.state.contacts
    assert result.conserved
    assert result.completed == 200


@pytest.mark.mosquitto
async def test_agents_without_the_skills_are_explained(tmp_path: Path) -> None:
    async with MosquittoProcess(tmp_path) as broker, an_engine(tmp_path, broker.port):
        plan = a_plan(broker.port, queues=("sales",), skills={}, contacts=5, drain_s=0.2)
        with pytest.raises(LoadError, match="give them with --skill"):
            await run_load(plan, ignore)


@pytest.mark.mosquitto
async def test_an_engine_that_lets_nobody_sign_in_is_explained(tmp_path: Path) -> None:
    async with (
        MosquittoProcess(tmp_path) as broker,
        an_engine(tmp_path, broker.port, unlisted=False),
    ):
        with pytest.raises(LoadError, match=r"limits\.unlisted_agents = true"):
            await run_load(a_plan(broker.port), ignore)


@pytest.mark.mosquitto
async def test_a_broker_without_an_engine_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "SIGN_IN_S", 0.3)
    async with MosquittoProcess(tmp_path) as broker:
        with pytest.raises(LoadError, match="is `tidegate serve` running"):
            await run_load(a_plan(broker.port), ignore)


async def test_a_missing_broker_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "CONNECT_S", 0.3)
    port = free_port()
    with pytest.raises(LoadError, match=f"no MQTT broker answers at 127.0.0.1:{port}"):
        await run_load(a_plan(port), ignore)


def test_percentiles_are_nearest_rank_in_milliseconds() -> None:
    samples = [number / 1_000 for number in range(1, 101)]
    assert Percentiles.of_seconds(samples) == Percentiles(100, 50, 90, 99, 100, 100)
    assert Percentiles.of_seconds([0.002]) == Percentiles(1, 2, 2, 2, 2, 2)
    assert Percentiles.of_seconds([]) == Percentiles(0)


def test_completions_are_counted_once_settled_and_while_contacts_arrive() -> None:
    measured = Measured()
    measured.first_arrival_s, measured.last_arrival_s = 10.0, 20.0
    measured.completed_s = [11.0, 14.0, 14.5, 16.0, 20.0, 20.5, 25.0]
    assert measured.completed_per_s() == 0.5  # three in the last six seconds
    measured.completed_s = [21.0]
    assert measured.completed_per_s() is None


def test_default_talk_time_leaves_agents_time() -> None:
    assert default_talk_ms(100, 50) == 300
    assert default_talk_ms(100, 50, wrap_up_ms=100) == 200
    assert default_talk_ms(1, 1_000) == 1_000
    assert default_talk_ms(1_000, 1) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rate_per_s": 0.0}, "more than 0"),
        ({"contacts": 0}, "at least 1"),
        ({"queues": ()}, "no queue"),
    ],
)
def test_plans_that_cannot_be_run_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        a_plan(1, **changes)


def test_result_is_plain_json_data() -> None:
    empty = Percentiles(0)
    result = LoadResult(
        1.0, 1, 1.0, 0, 0, 0, 0, 0, 0, True, 0.0, None, None, empty, empty, empty, empty, 0, 0, {}
    )
    assert result.as_dict()["reply_ms"]["p50"] is None

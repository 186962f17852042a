"""Recovery applies what was decided; it never decides again."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

import router.engine
import router.rules.arrivals
import router.rules.supervision
from agents.strategies import ORDERS
from router import events as e
from router.apply import apply_record
from router.engine import Engine
from router.records import Record, decode_body, encode_body
from router.snapshot import SNAPSHOT_VERSION, SnapshotTooNew, dump_state, load_state
from router.state import RoutingState
from tests.support.chaos import Chaos, chaotic_desk, mixed_gate
from tests.support.desk import Desk

STEPS = 3_000


@pytest.fixture(scope="module", params=[11, 12, 13])
def history(request: pytest.FixtureRequest) -> Desk:
    return chaotic_desk(request.param, STEPS)


def journaled(records: Iterable[Record]) -> Iterable[Record]:
    """Return the records as they come back from the journal."""
    for record in records:
        body = decode_body(encode_body(record.event, record.decisions))
        yield Record(record.seq, body.event, body.decisions)


def replay(engine: Engine, record: Record) -> tuple[object, ...]:
    """Let an engine decide a record's event again."""
    if type(record.event) is e.ClockTicked:
        return tuple(engine.advance(record.event.at_ms))
    return tuple(engine.handle(record.event))


def test_every_record_survives_the_journal(history: Desk) -> None:
    assert list(journaled(history.records)) == history.records


def test_applying_the_journal_gives_the_same_state_at_every_moment() -> None:
    desk = chaotic_desk(7, 0)
    chaos = Chaos(desk, 7)
    follower, applied = RoutingState(), 0
    for step in range(STEPS):
        chaos.step()
        if step % 50 == 0:
            for record in journaled(desk.records[applied:]):
                apply_record(follower, record)
            applied = len(desk.records)
            assert dump_state(follower) == dump_state(desk.state)
            paused = Engine(follower).next_deadline_ms()
            assert paused == desk.engine.next_deadline_ms()


def test_a_snapshot_anywhere_and_the_records_after_it_give_the_same_state(history: Desk) -> None:
    follower = RoutingState()
    for record in history.records:
        apply_record(follower, record)
        if record.seq % 400 == 0:
            follower = load_state(dump_state(follower))
    assert dump_state(follower) == dump_state(history.state)


def test_a_snapshot_read_and_written_again_is_the_same_to_the_byte(history: Desk) -> None:
    dumped = dump_state(history.state)
    assert dump_state(load_state(dumped)) == dumped


@pytest.mark.parametrize("by", ["snapshot", "records"])
def test_the_recovered_engine_behaves_like_the_one_that_never_stopped(
    history: Desk, by: str
) -> None:
    half = len(history.records) // 2
    state = RoutingState()
    for record in history.records[:half]:
        apply_record(state, record)
    twin = Engine(load_state(dump_state(state)) if by == "snapshot" else state, mixed_gate)
    for record in history.records[half:]:
        assert replay(twin, record) == record.decisions
    assert dump_state(twin.state) == dump_state(history.state)
    assert twin.next_deadline_ms() == history.engine.next_deadline_ms()


def test_another_version_of_the_rules_recovers_the_same_state(
    history: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other rules, strategies, ranks and gate: what was decided stays decided."""

    def decide_again(*_: object) -> None:
        raise AssertionError("recovery decided")

    for kind in router.engine.RULES:
        monkeypatch.setitem(router.engine.RULES, kind, decide_again)
    for strategy in ORDERS:
        monkeypatch.setitem(ORDERS, strategy, lambda agent: -agent.idle_since_ms)
    for module in (router.rules.arrivals, router.rules.supervision):
        monkeypatch.setattr(module, "rank_of", decide_again)
    state = RoutingState()
    for record in journaled(history.records):
        apply_record(state, record)
    assert dump_state(state) == dump_state(history.state)


def test_a_recovered_engine_goes_on_under_other_settings_and_another_gate() -> None:
    before = chaotic_desk(21, STEPS)
    recovered = Engine(load_state(dump_state(before.state)))
    after = Desk(engine=recovered)
    chaos = Chaos(after, 22)
    for _ in range(STEPS):
        chaos.step()
    assert recovered.state.seq == before.state.seq + len(after.records)


def test_a_repeat_is_recognised_after_recovery(history: Desk) -> None:
    recovered = load_state(dump_state(history.state))
    remembered = list(history.state.receipts)
    assert remembered
    assert [recovered.receipts.get(one.event_id) for one in remembered] == remembered


def test_a_snapshot_of_a_later_version_is_refused() -> None:
    version = f'"version":{SNAPSHOT_VERSION}'.encode()
    later = dump_state(RoutingState()).replace(version, b'"version":99')
    with pytest.raises(SnapshotTooNew, match="99"):
        load_state(later)

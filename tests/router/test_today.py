"""Figures of today against the real engine's records, and what ends at midnight."""

from __future__ import annotations

import pytest

from config.routing import RoutingSettings
from contacts.vocabulary import ReactionKind
from marketing import ledger_changes as c
from queues.agent_times import Activity
from queues.day_slots import ABANDONED, ACCEPTED, ARRIVED, IN_TIME, MARKETING_MS, SLOT_MS, DaySlots
from queues.local_time import LocalTime
from router import events as e
from router import marketing_decisions as m
from router.figures_snapshot import dump_figures, read_figures, restore_figures
from router.marketing_day import DOMAIN, ROUNDS_REMEMBERED, MarketingDay
from router.observer import Observer
from router.records import Record
from router.standing import Standing
from tests.support.desk import BRIDGE, Desk, agent, queue
from tests.support.routed_history import RoutedHistory, settings

SEEDS = range(5)
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def observed(records: list[Record]) -> Observer:
    observer = Observer()
    for record in records:
        observer.observe(record)
    return observer


@pytest.mark.parametrize("seed", SEEDS)
def test_agents_day_is_the_sum_of_their_half_hours(seed: int) -> None:
    observer = observed(list(RoutedHistory(seed).records(2_000)))
    now_ms, today = observer.now_ms, observer.today
    assert observer.agents
    for agent_id, times in observer.agents.items():
        sums, (since_ms, day) = (
            times.today(now_ms),
            today.agents.read(agent_id, today.local, now_ms),
        )
        assert since_ms == today.local.day_start_ms(now_ms)
        assert (day.accepted_contacts, day.rona) == (sums.accepted, sums.rona)
        span = observer.activities.agents[agent_id].span
        lasts = {} if span is None else {span.activity: now_ms - max(span.from_ms, since_ms)}
        assert day.talk_ms + lasts.get(Activity.TALK, 0) == sums.time_ms[Activity.TALK]
        assert day.ready_ms + lasts.get(Activity.READY, 0) == sums.time_ms[Activity.READY]
        not_ready_ms = day.not_ready_ms + lasts.get(Activity.NOT_READY, 0)
        assert not_ready_ms == sums.time_ms[Activity.NOT_READY]


@pytest.mark.parametrize("seed", SEEDS)
def test_slots_of_a_queue_add_up_to_its_day(seed: int) -> None:
    observer = observed(list(RoutedHistory(seed).records(2_000)))
    assert observer.queues
    for queue_id, metrics in observer.queues.items():
        counts = metrics.today(observer.now_ms)
        local = observer.today.marketing.midnights_of(queue_id)
        day_ms, slots = observer.today.slots.read(queue_id, local, observer.now_ms)
        listed = slots.listed(day_ms, observer.now_ms)
        sums = [sum(slot[what] for slot in listed) for what in range(4)]
        arrived = [counts.arrived, counts.accepted, counts.accepted_in_time, counts.abandoned]
        assert sums == arrived
        assert len(listed) == (observer.now_ms - day_ms) // SLOT_MS + 1


@pytest.mark.parametrize("seed", SEEDS)
def test_figures_go_on_from_the_disk_as_if_nothing_had_happened(seed: int) -> None:
    records = list(RoutedHistory(seed).records(1_500))
    whole, first = observed(records), observed(records[:900])
    standing = Standing()
    for record in records[:900]:
        standing.take(record)
    kept = read_figures(dump_figures(first, standing, records[899].seq, {"mine": [1]}))
    assert (kept.seq, kept.beside, kept.standing) == (records[899].seq, {"mine": [1]}, standing)
    second = Observer()
    restore_figures(second, kept, _queues_at(records[:900]).queues)
    for record in records[900:]:
        second.observe(record)
    for queue_id, metrics in whole.queues.items():
        again = second.queues[queue_id]
        assert again.half_hours() == metrics.half_hours()
        assert again.window(whole.now_ms) == metrics.window(whole.now_ms)
        assert again.denominator == metrics.denominator
        assert second.waiting(queue_id) == whole.waiting(queue_id)
    assert second.today.agents.kept == whole.today.agents.kept
    assert second.today.slots.kept == whole.today.slots.kept
    assert second.today.marketing.sums.kept == whole.today.marketing.sums.kept
    assert second.today.in_hand == whole.today.in_hand


def _queues_at(records: list[Record]) -> RoutingSettings:
    """The settings in force after these records."""
    found = settings()
    for record in records:
        for decision in record.decisions:
            if type(decision).__name__ == "ConfigurationApplied":
                found = RoutingSettings.model_validate(decision.settings)  # type: ignore[union-attr]
    return found


def test_marketing_shown_is_cut_at_slots() -> None:
    slots = DaySlots()
    slots.add_marketing(0, SLOT_MS - 100, 2 * SLOT_MS + 7)
    slots.count(0, 2 * SLOT_MS, ARRIVED)
    assert [slot[MARKETING_MS] for slot in slots.listed(0, 3 * SLOT_MS)] == [100, SLOT_MS, 7, 0]
    assert slots.listed(0, 3 * SLOT_MS)[2] == [1, 0, 0, 0, 7]
    assert (ACCEPTED, IN_TIME, ABANDONED) == (1, 2, 3)


# --- marketing -----------------------------------------------------------------------------


def selected(round_id: str, barred: dict[str, int]) -> m.ProductsSelected:
    """A round, as the engine's decision has it, of which the figures look at whose it is."""
    fields = dict.fromkeys(m.ProductsSelected.__struct_fields__)
    fields |= {"contact_id": "c1", "agent_id": "anna", "round_id": round_id, "barred": barred}
    return m.ProductsSelected(**fields)  # type: ignore[arg-type]


def said(
    kind: ReactionKind, previous: ReactionKind | None = None, at_ms: int = 0
) -> m.LedgerChanged:
    return m.LedgerChanged(
        c.ReactionNoted("r1", "p1", kind, at_ms, at_ms, previous, agent_id="anna")
    )


def sums_of(day: MarketingDay, now_ms: int) -> tuple[int, int, int, int]:
    _, sums = day.sums.read(DOMAIN, day.midnights_of(DOMAIN), now_ms)
    return sums.presented, sums.accepted, sums.declined, sums.value_milli


def played() -> MarketingDay:
    day = MarketingDay()
    day.fold(selected("r1", {"never": 2}), "cards", 1_000)
    day.fold(m.LedgerChanged(c.FatigueCounted("r1", ("p1", "p2"), 2_000, 2_000)), None, 2_000)
    day.fold(said(ReactionKind.ACCEPTED), None, 3_000)
    day.fold(m.SaleRecorded("c1", "r1", "customer", "anna", "p1", 700), None, 3_000)
    return day


def test_presented_said_and_sold_count_for_domain_queue_and_agent() -> None:
    day = played()
    assert sums_of(day, 4_000) == (2, 1, 0, 700)
    for sums in (
        day.sums.read("cards", day.midnights_of("cards"), 4_000)[1],
        day.of_agents.read("anna", day.midnights_of(DOMAIN), 4_000)[1],
    ):
        assert (sums.presented, sums.accepted, sums.value_milli) == (2, 1, 700)
    assert day.sums.read("cards", day.midnights_of("cards"), 4_000)[1].barred == {"never": 2}
    assert day.touched_agents == {"anna"}


def test_a_correction_takes_back_what_was_counted_today() -> None:
    day = played()
    day.fold(said(ReactionKind.DECLINED, ReactionKind.ACCEPTED), None, 5_000)
    cancelled = m.SaleRecorded("c1", "r1", "customer", "anna", "p1", 700, is_cancelled=True)
    day.fold(cancelled, None, 5_000)
    day.fold(m.LedgerChanged(c.RoundReleased("r1", ("p2", "p3"), 6_000)), None, 6_000)
    assert sums_of(day, 6_000) == (1, 0, 1, 0)


def test_a_correction_of_yesterday_takes_nothing_from_today() -> None:
    day = played()
    day.fold(said(ReactionKind.ACCEPTED), None, DAY_MS + 1)
    assert sums_of(day, DAY_MS + 2) == (0, 1, 0, 0)
    day = played()
    day.fold(said(ReactionKind.DECLINED, ReactionKind.ACCEPTED), None, DAY_MS + 1)
    assert sums_of(day, DAY_MS + 2) == (0, 0, 1, 0)
    assert day.sums.kept[DOMAIN][0] == DAY_MS


def test_rounds_remembered_are_bounded() -> None:
    day = MarketingDay()
    for number in range(ROUNDS_REMEMBERED + 5):
        day.fold(selected(f"r{number}", {}), "cards", number)
    assert len(day.rounds) == ROUNDS_REMEMBERED
    assert "r4" not in day.rounds
    assert "r5" in day.rounds


# --- midnight ------------------------------------------------------------------------------

MIDNIGHT_UTC_MS = 1_700_006_400_000  # 15 November 2023; in Berlin an hour earlier


def test_each_queues_day_ends_at_its_own_midnight() -> None:
    zones = {"here": "UTC", "there": "Europe/Berlin"}
    queues = [queue(one, time_zone=zone) for one, zone in zones.items()]
    desk = Desk(*queues, agents=[agent("anna")])
    desk.now_ms = MIDNIGHT_UTC_MS - 90 * 60_000
    arrive(desk, "late")  # 22:30 and 23:30
    desk.now_ms = MIDNIGHT_UTC_MS - 30 * 60_000
    arrive(desk, "later")  # 23:30 and 0:30
    now_ms = MIDNIGHT_UTC_MS - 20 * 60_000
    observer = observed(desk.records)
    assert day_of(observer, "here", now_ms) == (MIDNIGHT_UTC_MS - DAY_MS, 2)
    assert day_of(observer, "there", now_ms) == (MIDNIGHT_UTC_MS - HOUR_MS, 1)
    now_ms = MIDNIGHT_UTC_MS + 1
    assert day_of(observer, "here", now_ms) == (MIDNIGHT_UTC_MS, 0)
    assert observer.queues["here"].today(now_ms).arrived == 0


def test_what_began_before_midnight_counts_in_no_slot_of_today() -> None:
    desk = Desk(queue("here"), agents=[agent("anna")])
    desk.now_ms = MIDNIGHT_UTC_MS - 60_000
    arrive(desk, "old", queues=("here",))
    desk.now_ms = MIDNIGHT_UTC_MS + 60_000
    arrive(desk, "new", queues=("here",))
    desk.tell(e.ContactEnded, contact_id="old-here", source=BRIDGE)
    desk.tell(e.ContactEnded, contact_id="new-here", source=BRIDGE)
    _, slots = observed(desk.records).today.slots.read("here", LocalTime("UTC"), desk.now_ms)
    assert slots.slots == {0: [1, 0, 0, 1, 0]}


def test_an_agents_time_is_cut_at_midnight() -> None:
    desk = Desk(queue("here"), agents=[agent("anna")])
    desk.now_ms = MIDNIGHT_UTC_MS - 60_000
    desk.tell(e.AgentSignedIn, agent_id="anna", ready=True)
    desk.now_ms = MIDNIGHT_UTC_MS + 5_000
    desk.tell(e.AgentNotReady, agent_id="anna", reason="break")
    today = observed(desk.records).today
    since_ms, day = today.agents.read("anna", today.local, desk.now_ms)
    assert (since_ms, day.ready_ms) == (MIDNIGHT_UTC_MS, 5_000)


def arrive(desk: Desk, name: str, queues: tuple[str, ...] = ("here", "there")) -> None:
    """One contact enters each queue."""
    for queue_id in queues:
        desk.tell(
            e.ContactArrived, contact_id=f"{name}-{queue_id}", queue_id=queue_id, source=BRIDGE
        )


def day_of(observer: Observer, queue_id: str, now_ms: int) -> tuple[int, int]:
    """When the queue's day began, and how many arrived."""
    local = observer.today.marketing.midnights_of(queue_id)
    day_ms, slots = observer.today.slots.read(queue_id, local, now_ms)
    return day_ms, sum(slot[ARRIVED] for slot in slots.listed(day_ms, now_ms))

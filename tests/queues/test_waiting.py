"""Waiting lines, the order of service, and the forecast of the wait."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.routing import QueueSettings
from contacts.contact import Contact
from contacts.vocabulary import Channel
from queues.contact_queue import ContactQueue, merge_requirements, requirement_key
from queues.forecast import (
    UNKNOWN_HANDLE_MS,
    estimated_wait_ms,
    updated_mean_ms,
    wait_at_position_ms,
)
from queues.line import WaitingLine
from queues.ranking import rank_of

SETTINGS = QueueSettings(queue_id="sales")


def contact(number: int, rank: int, extra: str = "") -> Contact:
    return Contact(
        contact_id=f"c{number}",
        queue_id="sales",
        channel=Channel.VOICE,
        priority=0,
        rank=rank,
        serial=number,
        bridge="bridge/pbx",
        arrived_at_ms=0,
        waiting_since_ms=0,
        queued_at_ms=0,
        give_up_at_ms=None,
        extra=extra,
    )


def test_a_line_is_always_in_order_whatever_comes_and_goes() -> None:
    pick = random.Random(5)
    line = WaitingLine(SETTINGS, "", {})
    present: list[Contact] = []
    for number in range(3_000):
        if present and pick.random() < 0.45:
            line.remove(present.pop(pick.randrange(len(present))))
        else:
            present.append(contact(number, pick.randrange(50)))
            line.add(present[-1])
        first = min(((one.rank, one.serial, one.contact_id) for one in present), default=None)
        assert line.head == first
        assert len(line) == len(present)
    for rank in (-1, 0, 25, 50):
        assert line.ahead_of(rank) == sum(one.rank <= rank for one in present)


def test_positions_count_all_lines_of_a_queue() -> None:
    queue = ContactQueue(SETTINGS)
    for extra in ("", "french=2"):
        queue.lines[extra] = WaitingLine(SETTINGS, extra, {})
    waiting = [contact(1, 10), contact(2, 20, "french=2"), contact(3, 30), contact(4, 30)]
    for one in waiting:
        queue.add(one)
    assert queue.waiting == 4
    assert [queue.position_of(one) for one in waiting] == [1, 2, 3, 4]
    assert [queue.position_for(rank) for rank in (5, 10, 25, 30)] == [1, 2, 3, 5]
    assert queue.head_rank() == 10
    queue.remove(waiting[0])
    assert (queue.waiting, queue.head_rank()) == (3, 20)


def test_an_empty_queue() -> None:
    queue = ContactQueue(SETTINGS)
    assert (queue.position_for(0), queue.head_rank()) == (1, None)


def test_turned_away_only_when_closed_and_told_to() -> None:
    queue = ContactQueue(SETTINGS)
    assert not queue.turns_away
    queue.is_open = False
    assert not queue.turns_away
    queue.settings = QueueSettings(queue_id="sales", at_closing="divert")
    assert queue.turns_away
    queue.is_open = True
    assert not queue.turns_away


def test_requirements_have_one_name_whatever_their_order() -> None:
    assert requirement_key({"b": 2, "a": 1}) == requirement_key({"a": 1, "b": 2}) == "a=1,b=2"
    assert requirement_key({}) == requirement_key(None) == ""


def test_the_higher_level_counts() -> None:
    merged = merge_requirements({"sales": 3, "french": 1}, {"sales": 2, "french": 4, "gold": 1})
    assert merged == {"sales": 3, "french": 4, "gold": 1}
    assert merge_requirements({"sales": 3}, None) == {"sales": 3}


def test_ranks() -> None:
    assert rank_of(SETTINGS, 1_000_000, 0) == 1_000_000
    assert rank_of(SETTINGS, 1_000_000, 2) == 1_000_000 - 2 * 60_000
    strict = QueueSettings(queue_id="s", strict_priority=True, priority_step_ms=None)
    now, century = 1_700_000_000_000, 100 * 365 * 86_400_000
    assert rank_of(strict, now + century, 1) < rank_of(strict, now, 0)
    no_step = QueueSettings(queue_id="s", priority_step_ms=0)
    assert rank_of(no_step, now, 9) == now


def test_estimated_wait_is_the_queue_length_estimator() -> None:
    assert estimated_wait_ms(1, 60_000, 4) == 15_000
    assert estimated_wait_ms(8, 60_000, 4) == 120_000
    assert estimated_wait_ms(1, 0, 2) == UNKNOWN_HANDLE_MS // 2
    assert estimated_wait_ms(1, 60_000, 0) is None
    assert estimated_wait_ms(1, 60_000, 4, 120_000) == 15_000
    assert estimated_wait_ms(2, 60_000, 4, 120_000) == 15_000 + round(
        1 / (4 / 60_000 + 1 / 120_000)
    )


@given(position=st.integers(1, 3_000), agents=st.integers(1, 300), patience=st.integers(10, 9_000))
def test_a_long_line_is_summed_up_without_counting_it(
    position: int, agents: int, patience: int
) -> None:
    rate = agents / 210
    exact = sum(1 / (rate + i / patience) for i in range(position))
    found = wait_at_position_ms(position, agents, 210_000, patience * 1_000)
    assert found / 1_000 == pytest.approx(exact, rel=1e-4)


def test_the_mean_starts_with_the_first_and_moves_by_a_sixteenth() -> None:
    assert updated_mean_ms(0, 60_000) == 60_000
    assert updated_mean_ms(60_000, 76_000) == 61_000
    assert updated_mean_ms(60_000, 44_000) == 59_000

"""Deadlines, and the memory of receipts."""

from __future__ import annotations

import random

from router.deadlines import DeadlineKind, Deadlines, Key
from router.receipts import Receipt, ReceiptBook


def key(name: str) -> Key:
    return (DeadlineKind.ASSIGNMENT, name, "anna")


def test_due_in_order_and_only_when_due() -> None:
    deadlines = Deadlines()
    deadlines.set(key("b"), 20)
    deadlines.set(key("a"), 10)
    assert deadlines.next_ms() == 10
    assert deadlines.pop_due(9) is None
    assert [deadlines.pop_due(20) for _ in range(3)] == [key("a"), key("b"), None]
    assert deadlines.next_ms() is None


def test_moved_and_cancelled() -> None:
    deadlines = Deadlines()
    deadlines.set(key("a"), 10)
    deadlines.set(key("a"), 30)
    deadlines.set(key("b"), 20)
    deadlines.cancel(key("b"))
    deadlines.cancel(key("never"))
    assert deadlines.pop_due(29) is None
    assert deadlines.next_ms() == 30
    deadlines.set(key("a"), 5)
    assert [deadlines.pop_due(99) for _ in range(2)] == [key("a"), None]


def test_like_a_plain_dictionary_and_no_larger_than_needed() -> None:
    pick = random.Random(3)
    deadlines, plain = Deadlines(), dict[Key, int]()
    for _ in range(20_000):
        name = key(f"c{pick.randrange(300)}")
        at_ms = pick.randrange(1_000)
        match pick.randrange(4):
            case 0:
                deadlines.cancel(name)
                plain.pop(name, None)
            case 1:
                due = deadlines.pop_due(at_ms)
                first = min(((at, one) for one, at in plain.items()), default=None)
                expected = first[1] if first is not None and first[0] <= at_ms else None
                assert due == expected
                plain.pop(due, None) if due else None
            case _:
                deadlines.set(name, at_ms)
                plain[name] = at_ms
                assert len(deadlines._order) == len(plain)
        assert len(deadlines) == len(plain)
    assert deadlines.next_ms() == min(plain.values())


def test_the_oldest_receipts_are_forgotten() -> None:
    book = ReceiptBook(2)
    book.extend(Receipt(f"e{number}", number, 0) for number in range(3))
    assert [one.event_id for one in book] == ["e1", "e2"]
    assert book.get("e0") is None
    book.add(Receipt("e2", 99, 0))
    assert [one.seq for one in book] == [1, 2], "the first answer stays"
    assert len(book) == 2

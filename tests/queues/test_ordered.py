"""Items in order with the first at hand."""

from __future__ import annotations

import random

import pytest

from queues.ordered import Ordered


def test_like_a_list_that_is_sorted_again_each_time() -> None:
    pick = random.Random(5)
    ordered: Ordered[tuple[int, str]] = Ordered()
    plain: list[tuple[int, str]] = []
    for _ in range(5_000):
        item = (pick.randrange(20), f"c{pick.randrange(3)}")
        if item in plain:
            plain.remove(item)
            ordered.remove(item)
        else:
            plain.append(item)
            ordered.add(item)
        plain.sort()
        assert ordered.first == (plain[0] if plain else None)
        assert list(ordered) == plain
        assert len(ordered) == len(plain)
        other = (pick.randrange(20), f"c{pick.randrange(3)}")
        assert ordered.count_before(other) == sum(one < other for one in plain)


@pytest.mark.parametrize("present", [[], [(1, "a")], [(1, "a"), (3, "a")]])
def test_what_is_not_there_cannot_be_removed(present: list[tuple[int, str]]) -> None:
    ordered: Ordered[tuple[int, str]] = Ordered()
    for item in present:
        ordered.add(item)
    with pytest.raises(ValueError, match="not in"):
        ordered.remove((2, "a"))
    assert list(ordered) == present

"""Tables about products from the records of a real engine; and the scorecards made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.scorecards import wilson
from contacts.vocabulary import ReactionKind
from outcomes.scorecards import scorecard_sums
from outcomes.store import OutcomeStore
from tests.router.test_marketing import Shop
from tests.support.desk import START_MS
from tests.support.offers import catalogue


def shop() -> Shop:
    """Two customers: the first accepts and corrects, the second never is presented anything."""
    one = Shop(products=catalogue(gold={"difficulty": 2.0}), limits=[])
    first = one.selected("c1")
    one.present("c1")
    one.react("c1", first[0], ReactionKind.ACCEPTED)
    one.react("c1", first[1], ReactionKind.ACCEPTED)
    one.react("c1", first[1], ReactionKind.DECLINED)
    one.end("c1")
    one.selected("c2")
    one.end("c2")
    return one


async def opened(path: Path, desk: Shop, size: int) -> OutcomeStore:
    """A store that was filled in batches of `size`, each by a program started anew."""
    for start in range(0, len(desk.records), size):
        store = await OutcomeStore.open(path)
        await store.project(desk.records[start : start + size])
        await store.close()
    return await OutcomeStore.open(path)


@pytest.mark.parametrize("size", [1, 3, 1_000])
async def test_the_latest_reaction_counts_and_the_history_is_kept(
    tmp_path: Path, size: int
) -> None:
    desk = shop()
    store = await opened(tmp_path / "outcomes.db", desk, size)
    rows = await store.fetch("SELECT * FROM presentations ORDER BY seq, rowid")
    said = [row["reaction"] for row in rows if row["contact_id"] == "c1"]
    assert said[:2] == ["accepted", "declined"]
    assert set(said[2:]) == {None}
    states = {row["contact_id"]: row["state"] for row in rows}
    assert states == {"c1": "presented", "c2": "released"}
    assert {row["queue_id"] for row in rows} == {"sales"}
    weights = {row["product_id"]: row["difficulty"] for row in rows}
    assert all(weight == (2.0 if name == "gold" else 1.0) for name, weight in weights.items())
    history = await store.fetch("SELECT reaction, previous FROM reactions ORDER BY seq")
    assert [tuple(row.values()) for row in history][1:] == [
        ("accepted", None),
        ("declined", "accepted"),
    ]
    sales = await store.fetch("SELECT is_cancelled FROM sales ORDER BY seq")
    assert [row["is_cancelled"] for row in sales] == [0, 0, 1]
    await store.close()


async def test_a_scorecard_has_what_was_presented_and_accepted(tmp_path: Path) -> None:
    desk = shop()
    store = await opened(tmp_path / "outcomes.db", desk, 5)
    span = START_MS, desk.now_ms + 1
    [whole] = (await scorecard_sums(store, *span, "queue")).values()
    rows = await store.fetch("SELECT * FROM presentations WHERE state = 'presented'")
    assert (whole.presented, whole.reacted, whole.accepted) == (len(rows), 2, 1)
    assert whole.expected == pytest.approx(whole.accepted), "everybody is what to expect"
    [sold] = [row for row in rows if row["reaction"] == "accepted"]
    assert whole.value_milli == sold["value_milli"]
    assert whole.weighted_milli == sold["value_milli"] * sold["difficulty"]
    assert whole.compliance_ratio == pytest.approx(2 / len(rows))
    await store.close()


def test_wilson_interval_of_known_figures() -> None:
    """8 of 10: 0.4902 to 0.9433 (z = 1.96), by hand."""
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 0) is None

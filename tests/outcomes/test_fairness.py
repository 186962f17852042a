"""Planted presentations where the truth is known: who is good, and which product is hard.

The rows are written as the projection writes them, into a real store.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from outcomes.difficulties import Proposal, propose_difficulties
from outcomes.scorecards import scorecard_sums
from outcomes.store import OutcomeStore

PERIOD = (0, 1_000_000_000)
EASY, HARD = "easy", "hard"
RATES = {EASY: 0.4, HARD: 0.1}
Row = tuple[str, str, str, bool, float]
"""Agent, segment, product, accepted, the product's weight at the time."""


async def planted(path: Path, rows: Iterator[Row], weights: dict[str, float]) -> OutcomeStore:
    """Return a store with these presentations, and the weights in force now."""
    await (await OutcomeStore.open(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        for at_ms, (agent, segment, product, accepted, weight) in enumerate(rows):
            connection.execute(
                "INSERT INTO presentations VALUES (?, ?, ?, ?, ?, 'sales', ?, ?, ?, 'cards', NULL,"
                " 1000, ?, 0.5, 1, 'marketing', 'presented', ?, ?, ?)",
                (
                    at_ms,
                    at_ms,
                    f"round-{at_ms}",
                    f"c{at_ms}",
                    agent,
                    f"u{at_ms}",
                    segment,
                    product,
                    weight,
                    at_ms,
                    "accepted" if accepted else "declined",
                    at_ms,
                ),
            )
        connection.executemany(
            "INSERT INTO difficulties VALUES (1, 0, NULL, ?, ?)", list(weights.items())
        )
        connection.commit()
    return await OutcomeStore.open(path)


def odds_times(chance: float, ratio: float) -> float:
    odds = chance / (1 - chance) * ratio
    return odds / (1 + odds)


def presented(
    random: Random, agent: str, shares: dict[str, int], skill: float = 1.0
) -> Iterator[Row]:
    """An agent presents one product to so many customers of each segment."""
    for segment, number in shares.items():
        for _ in range(number):
            accepted = random.random() < odds_times(RATES[segment], skill)
            yield agent, segment, "gold", accepted, 1.0


def lucky_and_able(random: Random) -> Iterator[Row]:
    """Lucky has easy customers; able has hard ones, with odds half as high again; the rest are."""
    yield from presented(random, "lucky", {EASY: 900, HARD: 100})
    yield from presented(random, "able", {EASY: 100, HARD: 900}, skill=1.6)
    yield from presented(random, "plain", {EASY: 2_000, HARD: 2_000})


@pytest.mark.parametrize("seed", range(5))
async def test_easier_customers_do_not_make_a_better_agent(tmp_path: Path, seed: int) -> None:
    store = await planted(tmp_path / "outcomes.db", lucky_and_able(Random(seed)), {})
    found = await scorecard_sums(store, *PERIOD, "agent")
    await store.close()
    lucky, able = found["lucky"], found["able"]
    assert lucky.acceptance_ratio > 1.8 * able.acceptance_ratio  # type: ignore[operator]
    assert abs(lucky.over_expected) < 3 * lucky.deviation  # type: ignore[arg-type, operator]
    assert able.over_expected > 2 * able.deviation  # type: ignore[operator]
    assert able.against_expected > lucky.against_expected  # type: ignore[operator]


def products(random: Random, weight: float) -> Iterator[Row]:
    """Gold is as hard as the average but shown to hard customers; loan has half the odds; rare
    is seldom shown."""
    ratios: dict[str, Callable[[str], int]] = {
        "gold": lambda segment: 1_500 if segment == HARD else 300,
        "plan": lambda segment: 1_500 if segment == EASY else 300,
        "news": lambda segment: 3_000,
        "loan": lambda segment: 600,
        "rare": lambda segment: 1,
    }
    for product, number in ratios.items():
        for segment, rate in RATES.items():
            chance = odds_times(rate, 0.5) if product in ("loan", "rare") else rate
            for _ in range(number(segment)):
                yield "anna", segment, product, random.random() < chance, weight


async def proposals(path: Path, seed: int, weight: float = 1.0) -> dict[str, Proposal]:
    store = await planted(
        path, products(Random(seed), weight), {"gold": 1.5, "loan": 1.0, "rare": 3.0, "new": 1.0}
    )
    found = {one.product_id: one for one in await propose_difficulties(store, *PERIOD)}
    await store.close()
    return found


@pytest.mark.parametrize("seed", range(5))
async def test_a_product_shown_to_hard_customers_is_not_hard(tmp_path: Path, seed: int) -> None:
    found = await proposals(tmp_path / "outcomes.db", seed)
    assert set(found) == {"gold", "loan", "rare"}, "of the catalogue, and presented"
    gold, loan, rare = found["gold"].estimate, found["loan"].estimate, found["rare"].estimate
    assert gold.low < 1.0 < gold.high or gold.weight == pytest.approx(1.0, abs=0.15)
    assert gold.trials.accepted / gold.trials.presented < 0.25, "raw, it looks hard"
    assert loan.weight == pytest.approx(1.9, abs=0.4)
    assert loan.low > 1.2
    assert rare.weight == pytest.approx(1.0, abs=0.25), "two trials decide nothing"
    assert found["gold"].present == 1.5


async def test_taking_a_proposal_over_does_not_move_it_further(tmp_path: Path) -> None:
    """The estimate starts from the weight at the time, not from that of now."""
    before = await proposals(tmp_path / "a.db", 1, weight=1.0)
    path = tmp_path / "b.db"
    await (await planted(path, products(Random(1), 1.0), {"loan": 1.8})).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO difficulties VALUES (2, 0, 'v2', 'loan', 2.0)")
        connection.commit()
    store = await OutcomeStore.open(path)
    [after] = await propose_difficulties(store, *PERIOD)
    await store.close()
    assert after.present == 2.0
    assert after.estimate == before["loan"].estimate


async def test_without_a_catalogue_or_trials_nothing_is_proposed(tmp_path: Path) -> None:
    store = await planted(tmp_path / "outcomes.db", iter(()), {"gold": 1.0})
    assert await propose_difficulties(store, *PERIOD) == []
    await store.close()

"""What another ranking would have earned: made anew from the journal, and near the truth."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean
from typing import Any

import msgspec
import numpy as np
import pytest

from benchmarks.evaluation_coverage import LogPlan, Played, play_log
from benchmarks.evaluation_people import catalogue_of, small_population
from benchmarks.evaluation_shop import PlayedShop
from contacts.vocabulary import ReactionKind
from outcomes.offer_evaluation.cautions import Shares, Support, cautions, general_cautions
from outcomes.offer_evaluation.estimates import estimates_of
from outcomes.offer_evaluation.evaluation import Evaluating, evaluate
from outcomes.offer_evaluation.figures import DAY_MS, Evaluation, Request
from outcomes.offer_evaluation.sums import RoundSums, Sums, Weighed
from router import marketing_decisions as m
from router import marketing_events as me
from router.records import Record
from tests.support.chaos import chaotic_desk

QUICK = Request(rankings=("greedy", "uniform"), replicates=200)


def a_shop(contacts: int, customers: int, says: float = 1.0, **settings: Any) -> PlayedShop:
    shop = PlayedShop(small_population(1), 7, 0.5, **settings)
    people = shop.people(customers)
    for _ in range(contacts):
        shop.contact(shop.draws.choice(people), says=says)
    return shop


@pytest.fixture(scope="module")
def played() -> list[Record]:
    return a_shop(60, 30).records


# --- every selection is made anew ----------------------------------------------------------


def test_what_the_engine_selected_comes_out_again(played: list[Record]) -> None:
    counts = evaluate(played, QUICK).counts
    assert (counts.selected, counts.used, counts.products_reacted) == (60, 60, 300)


def test_so_it_does_with_limits_cool_downs_and_customers_who_come_back() -> None:
    limits = [
        {"scope": "customer", "most": 4, "window_ms": 30 * DAY_MS},
        {"scope": "product", "most": 2, "window_ms": 30 * DAY_MS},
    ]
    shop = a_shop(80, 15, limits=limits, cool_down={}, products_most=4)
    counts = evaluate(shop.records, QUICK).counts
    assert counts.selected == counts.used > 30
    assert counts.products <= 4 * counts.used


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_so_it_does_in_a_random_history(seed: int) -> None:
    found = evaluate(chaotic_desk(seed, 2_000).records, QUICK)
    assert found.counts.selected > 0
    assert found.not_reproduced == []


def _selected(change: Callable[[m.ProductsSelected], m.ProductsSelected]) -> Any:
    def planted(record: Record) -> Record:
        decisions = tuple(
            change(one) if type(one) is m.ProductsSelected else one for one in record.decisions
        )
        return msgspec.structs.replace(record, decisions=decisions)

    return planted


def _propensity(one: m.ProductsSelected) -> m.ProductsSelected:
    first = one.products[0]
    presented = msgspec.structs.replace(
        first.presented, propensity_ppb=first.presented.propensity_ppb - 2_000_000
    )
    first = msgspec.structs.replace(first, presented=presented)
    return msgspec.structs.replace(one, products=(first, *one.products[1:]))


def _nothing_learned(record: Record) -> Record:
    kept = tuple(one for one in record.decisions if type(one) is not m.PreferencesLearned)
    return msgspec.structs.replace(record, decisions=kept)


@pytest.mark.parametrize(
    "plant",
    [
        _selected(_propensity),
        _selected(lambda one: msgspec.structs.replace(one, seed=one.seed + 1)),
        _selected(lambda one: msgspec.structs.replace(one, products=one.products[1:])),
        _selected(lambda one: msgspec.structs.replace(one, customer_id="somebody")),
        _nothing_learned,
    ],
)
def test_what_does_not_come_out_again_is_told_and_left_out(
    played: list[Record], plant: Callable[[Record], Record]
) -> None:
    found = evaluate([plant(record) for record in played], QUICK)
    assert found.counts.not_reproduced >= 50
    assert found.counts.used + found.counts.not_reproduced == 60
    assert len(found.not_reproduced) == 20
    assert "left out" in found.cautions[0]


@pytest.mark.parametrize(
    "limits", [[], [{"scope": "category", "most": 1, "window_ms": DAY_MS}]], ids=["apart", "limit"]
)
def test_rounds_whose_products_could_not_all_be_shown_together_are_left_out(
    limits: list[dict[str, Any]],
) -> None:
    shop = PlayedShop(small_population(1), 3, limits=limits)
    catalogue = catalogue_of(shop.population)
    if not limits:
        for one in catalogue["products"][:4]:
            one["not_with"] = [f"p{number}" for number in range(4, 24)]
    shop.change_catalogue(catalogue)
    for person in shop.people(40):
        shop.contact(person)
    counts = evaluate(shop.records, QUICK).counts
    assert counts.second_draw > 30
    assert (counts.not_reproduced, counts.used + counts.second_draw) == (0, 40)


def test_only_the_time_asked_for_counts(played: list[Record]) -> None:
    moments = [
        record.event.at_ms
        for record in played
        if any(type(one) is m.ProductsSelected for one in record.decisions)
    ]
    request = msgspec.structs.replace(QUICK, from_ms=moments[20], until_ms=moments[50])
    counts = evaluate(played, request).counts
    assert (counts.all_selected, counts.selected, counts.used) == (60, 30, 30)
    assert (counts.first_at_ms, counts.last_at_ms) == (moments[20], moments[49])


def test_the_last_reaction_in_time_counts() -> None:
    shop = PlayedShop(small_population(1), 5)
    [person] = shop.people(1)
    shop.contact(person, says=0.0)
    [one] = [
        each
        for record in shop.records
        for each in record.decisions
        if type(each) is m.ProductsSelected
    ]
    first, second, third = (each.ref.product_id for each in one.products[:3])
    shop.react(one.contact_id, first, ReactionKind.DECLINED)
    shop.react(one.contact_id, first, ReactionKind.ACCEPTED)
    shop.react(one.contact_id, second, ReactionKind.NOT_PRESENTED)
    shop.wait(8 * DAY_MS)
    shop.react(one.contact_id, third, ReactionKind.ACCEPTED)
    found = evaluate(shop.records, QUICK)
    counts = found.counts
    assert (counts.products, counts.products_reacted, counts.accepted) == (5, 1, 1)
    assert (counts.products_unanswered, counts.products_not_presented) == (3, 1)
    assert found.recorded_milli == one.products[0].value_milli


def test_rounds_are_forgotten_when_their_time_for_reactions_is_over() -> None:
    shop = a_shop(100, 100)
    evaluating = Evaluating(msgspec.structs.replace(QUICK, within_ms=3_600_000))
    most = 0
    for record in shop.records:
        evaluating.see(record)
        most = max(most, evaluating.awaited_rounds)
    assert evaluating.result().counts.used == 100
    assert most <= 8, "a contact every ten minutes, an hour for reactions"


# --- the estimates ---------------------------------------------------------------------------


def test_the_estimators_on_figures_worked_out_by_hand() -> None:
    sums = Sums(rankings=2, replicates=100, seed=1)
    yes = Weighed(0, 1_000, 1_000, 0.5, (1.0, 2.0))
    no = Weighed(1, 2_000, 0, 0.25, (1.0, 0.5))
    sums.add(RoundSums("a", 2, [yes, no], (2.0, 2.0), (1_000.0, 1_500.0)))
    sums.add(RoundSums("b", 2, [yes], (2.0, 2.0), (1_000.0, 900.0)))
    _, other = estimates_of(sums.totals())
    # the second place was reacted to in one round of two, so it counts twice
    assert other.ips.milli == pytest.approx((2_000 + 2_000) / 2)
    assert other.snips.milli == pytest.approx(4_000 / (2 + 2 + 2 * 0.5) * 2)
    model = 1_500 + 900
    correction = 2 * 2 * (1_000 - 500) + 2 * 0.5 * (0 - 500)
    assert other.dr.milli == pytest.approx((model + correction) / 2)


def test_intervals_are_of_customers_not_of_rounds() -> None:
    """Ten equal rounds of each customer say no more than one."""
    draws = np.random.default_rng(1)
    sums = Sums(rankings=1, replicates=2_000, seed=1)
    earned = draws.integers(0, 2, 200) * 1_000
    for customer, milli in enumerate(earned):
        one = Weighed(0, 1_000, int(milli), 0.5, (1.0,))
        for _ in range(10):
            sums.add(RoundSums(f"u{customer}", 1, [one], (1.0,), (500.0,)))
    [found] = estimates_of(sums.totals())
    half = (found.snips.high_milli - found.snips.low_milli) / 2
    assert half == pytest.approx(1.96 * float(np.std(earned)) / 200**0.5, rel=0.07)


@pytest.mark.parametrize("wrong", ["chances", "propensities"])
def test_doubly_robust_needs_one_of_the_two_to_be_right(wrong: str) -> None:
    """Two products, one shown; the target always shows the second. True: 0.3 x 1,000."""
    draws = np.random.default_rng(2)
    sums = Sums(rankings=2, replicates=100, seed=1)
    chances = (0.9, 0.02) if wrong == "chances" else (0.6, 0.3)
    share = 0.75 if wrong == "propensities" else 0.25
    for number in range(4_000):
        second = draws.random() < 0.25
        accepted = draws.random() < (0.3 if second else 0.6)
        weight = 1.0 / share if second else 0.0
        one = Weighed(0, 1_000, 1_000 * accepted, chances[second], (1.0, weight))
        modelled = (1_000 * (0.75 * chances[0] + 0.25 * chances[1]), 1_000 * chances[1])
        sums.add(RoundSums(f"u{number}", 1, [one], (1.0, 1.0), modelled))
    _, found = estimates_of(sums.totals())
    assert found.dr.milli == pytest.approx(300, abs=45)
    assert (abs(found.ips.milli - 300) > 100) is (wrong == "propensities")


@pytest.fixture(scope="module")
def logs() -> list[Played]:
    plan = LogPlan(contacts=150, customers=60, true_customers=1, replicates=300)
    return [play_log(plan, ("greedy", "highest-chance"), seed) for seed in range(1, 9)]


def test_the_truth_lies_within_the_intervals(logs: list[Played]) -> None:
    """Of 96 intervals; `scripts/measure_offer_evaluation.py` is the long check."""
    within = [
        one.low_milli <= true + (-log.true_milli[0] if place == 3 else 0.0) <= one.high_milli
        for log in logs
        for true, found in zip(log.true_milli, log.estimates, strict=True)
        for place, one in enumerate(found)
    ]
    assert 0.88 <= fmean(within) < 1.0


def test_doubly_robust_is_nearer_than_snips_where_little_was_shown(logs: list[Played]) -> None:
    place = logs[0].names.index("highest-chance")
    _, snips, dr, _ = (
        fmean(abs(log.estimates[place][k].milli - log.true_milli[place]) for log in logs)
        for k in range(4)
    )
    assert dr < snips


def test_reactions_that_are_missing_by_chance_change_nothing_on_average() -> None:
    """The mean of four logs is near the truth; fewer reactions widen the intervals."""
    halves = []
    for says in (1.0, 0.5):
        plan = LogPlan(150, 150, says=says, replicates=300)
        played = [play_log(plan, ("greedy",), seed) for seed in range(1, 5)]
        found = [(log.true_milli[1], log.estimates[1][2]) for log in played]
        halves.append(fmean((one.high_milli - one.low_milli) / 2 for _, one in found))
        error = fmean(one.milli - true for true, one in found)
        assert abs(error) < 1.5 * halves[-1] / len(played) ** 0.5
    assert halves[1] > 1.05 * halves[0]


# --- when not to decide ------------------------------------------------------------------------


def test_too_little_overlap_is_said_and_enough_is_not() -> None:
    found = evaluate(a_shop(200, 100).records, Request(replicates=100))
    by_name = {one.name: one for one in found.rankings}
    assert by_name["logged"].cautions == by_name["greedy"].cautions == []
    assert "hardly ever presented" in by_name["uniform"].cautions[0]
    assert by_name["uniform"].support.not_covered_ratio > 0.3


def test_what_the_cautions_look_at() -> None:
    good = Support(
        effective_products=500, effective_acceptances=50, not_covered_ratio=0, highest_weight=2
    )
    assert cautions(good) == []
    for key, value in (
        ("effective_products", 20),
        ("effective_acceptances", 5),
        ("not_covered_ratio", 0.2),
    ):
        assert len(cautions(msgspec.structs.replace(good, **{key: value}))) == 1
    assert general_cautions(Shares(0.0, 0.0, 0.0)) == []
    assert len(general_cautions(Shares(0.5, 0.5, 0.5))) == 3


def test_the_same_seed_gives_the_same_figures(played: list[Record]) -> None:
    def rankings(seed: int) -> list[Any]:
        found: Evaluation = evaluate(played, msgspec.structs.replace(QUICK, seed=seed))
        return [one.estimates for one in found.rankings]

    assert rankings(1) == rankings(1)
    assert rankings(1) != rankings(2)


def test_a_changed_catalogue_changes_the_playbook() -> None:
    shop = PlayedShop(small_population(1), 9)
    people = shop.people(30)
    shop.contact(people[0])
    shop.change_catalogue({**catalogue_of(shop.population), "playbook": []})
    for person in people:
        shop.contact(person)
    assert any(isinstance(record.event, me.CatalogueChanged) for record in shop.records[3:])
    found = evaluate(shop.records, msgspec.structs.replace(QUICK, rankings=("playbook",)))
    assert found.counts.used == 31

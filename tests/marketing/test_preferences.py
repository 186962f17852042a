"""The preference model: values, seeds, propensities, bounds, diversity, memory."""

from __future__ import annotations

from collections import Counter
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing.inclusion import PPB, draw, inclusion_ppb
from marketing.preference_attributes import MOST_ATTRIBUTES, MOST_LEVELS
from marketing.preference_prior import Recommended, cold_start
from marketing.preference_ranking import Scored, category_limits
from marketing.preference_values import Candidate, Context, Learned, Weight
from marketing.preferences import Preferences, PreferenceSettings

PRODUCTS = [Candidate(f"p{number}", f"c{number % 8}", 500 + 37 * number) for number in range(40)]
CATEGORY = {one.product_id: one.category for one in PRODUCTS}


def customer(draws: Random) -> Context:
    return Context(
        reason=draws.choice(["statement", "campaign", None]),
        segment=draws.choice(["young", "old", None]),
        owned_categories=draws.choice([None, (), ("c1", "c2")]),
        attributes={"age": draws.choice([None, draws.gauss(40, 12)]), "job": draws.choice("abc")},
    )


def taught(model: Preferences, reactions: int, seed: int = 1) -> list[Learned]:
    """Let the model learn; customers like c3. Return what it learned, in order."""
    draws = Random(seed)
    journal = []
    for _ in range(reactions):
        context, product = customer(draws), draws.choice(PRODUCTS)
        accepted = draws.random() < (0.6 if product.category == "c3" else 0.05)
        learned = model.learn(context, product, accepted)
        model.apply(learned)
        journal.append(learned)
    return journal


def test_applying_what_was_learned_gives_the_same_state_to_the_last_bit() -> None:
    model, recovered = Preferences(), Preferences()
    for learned in taught(model, 300):
        line = msgspec.json.encode(learned)
        recovered.apply(msgspec.json.decode(line, type=Learned))
    assert recovered.weights == model.weights
    assert recovered.snapshot() == model.snapshot()
    again = Preferences()
    again.apply(model.snapshot())
    context = customer(Random(5))
    assert again.rank(PRODUCTS, context, 9) == model.rank(PRODUCTS, context, 9)


def test_learning_and_ranking_change_nothing_until_applied() -> None:
    model = Preferences()
    taught(model, 50)
    before = model.snapshot()
    model.learn(customer(Random(2)), PRODUCTS[0], True)
    model.rank(PRODUCTS, customer(Random(3)), 4)
    assert model.snapshot() == before


def test_the_seed_alone_decides_the_draw() -> None:
    model = Preferences()
    taught(model, 200)
    context = customer(Random(7))
    selections = [model.rank(PRODUCTS, context, seed) for seed in range(50)]
    assert selections == [model.rank(PRODUCTS[::-1], context, seed) for seed in range(50)]
    assert len({tuple(one.product_id for one in each.products) for each in selections}) > 1


def test_propensities_are_the_frequencies_over_seeds() -> None:
    model = Preferences()
    taught(model, 200)
    context = customer(Random(7))
    shown: Counter[str] = Counter()
    propensity: dict[str, int] = {}
    for seed in range(1500):
        for one in model.rank(PRODUCTS, context, seed).products:
            shown[one.product_id] += 1
            assert propensity.setdefault(one.product_id, one.propensity_ppb) == one.propensity_ppb
    for product_id, ppb in propensity.items():
        expected = ppb / PPB
        error = (expected * (1 - expected) / 1500) ** 0.5
        assert shown[product_id] / 1500 == pytest.approx(expected, abs=5 * error + 1e-3)


groups_of_bounds = st.lists(
    st.lists(
        st.tuples(st.floats(0, 100), st.floats(0, 100)).map(
            lambda one: (min(one), max(one) + 1e-9)
        ),
        min_size=1,
        max_size=12,
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=150, deadline=None)
@given(groups_of_bounds, st.integers(3, 5), st.integers(1, 5), st.integers(0, 2**63))
def test_probabilities_sum_to_the_number_presented_and_a_draw_keeps_the_rules(
    groups: list[list[tuple[float, float]]], count: int, most: int, seed: int
) -> None:
    if sum(map(len, groups)) <= count:
        return
    while sum(min(most, len(group)) for group in groups) < count:
        most += 1
    parts = inclusion_ppb(groups, count, [most] * len(groups))
    assert sum(map(sum, parts)) == count * PPB
    assert all(0 <= part <= PPB for group in parts for part in group)
    assert all(sum(group) <= most * PPB for group in parts)
    drawn = draw(parts, seed)
    assert len(drawn) == len(set(drawn)) == count
    assert max(Counter(group for group, _ in drawn).values()) <= most
    assert all(parts[group][place] > 0 for group, place in drawn)


def test_no_three_of_a_category_unless_nothing_else_fits() -> None:
    model = Preferences(PreferenceSettings(fits_ratio=0.0))
    taught(model, 600)
    context = Context(reason="statement", segment="young", owned_categories=())
    for seed in range(200):
        shown = model.rank(PRODUCTS, context, seed).products
        assert max(Counter(CATEGORY[one.product_id] for one in shown).values()) <= 2
    alike = [one for one in PRODUCTS if one.category == "c3"]
    assert len(model.rank(alike, context, 1).products) == 4
    few = [*alike, PRODUCTS[0]]
    shown = model.rank(few, context, 1).products
    assert Counter(CATEGORY[one.product_id] for one in shown) == {"c3": 3, "c0": 1}


def test_a_third_of_a_category_fits_only_where_all_else_is_worth_much_less() -> None:
    def limits(*others: float) -> list[int]:
        best = [100.0, 90.0, 80.0, 70.0]
        worth = [best, *([one] for one in others)]
        scored = [
            [Scored(one, 0.1, Candidate(f"p{group}-{place}", f"c{group}", 1)) for place, one in row]
            for group, row in enumerate(enumerate(values) for values in worth)
        ]
        return category_limits(scored, 4, 2, 0.8)

    assert limits(64.0, 64.0) == [2, 2, 2], "64 is 0.8 of 80"
    assert limits(63.9, 63.9) == [3, 2, 2], "80 is in; 63.9 is more than 0.8 of 70"
    assert limits(50.0, 50.0) == [4, 2, 2]
    assert limits(95.0) == [3, 2], "there is nothing else"


def test_exploration_stays_within_its_bound() -> None:
    draws = Random(3)
    greedy = Preferences(PreferenceSettings(most_deviations=0.0, most_of_category=5))
    taught(greedy, 400)
    context = customer(draws)
    first = greedy.rank(PRODUCTS, context, 1)
    assert all(
        {p.product_id for p in greedy.rank(PRODUCTS, context, seed).products}
        == {p.product_id for p in first.products}
        for seed in range(50)
    )
    low, high = [(10.0, 11.0)] * 4, [(1.0, 9.9)] * 20
    parts = inclusion_ppb([low, high], 4, [5, 5])
    assert parts == [[PPB] * 4, [0] * 20]


def test_fewer_candidates_than_wanted_are_all_presented() -> None:
    selection = Preferences().rank(PRODUCTS[:2], Context(), 1)
    assert [one.propensity_ppb for one in selection.products] == [PPB, PPB]
    assert selection.asked == 4
    assert Preferences().rank([], Context(), 1).products == ()


def test_memory_grows_with_features_and_not_with_contacts() -> None:
    model = Preferences()
    taught(model, 1500)
    size = len(model.weights)
    taught(model, 1500, seed=2)
    assert len(model.weights) <= size * 1.02
    for number in range(3 * MOST_LEVELS):
        context = Context(attributes={"job": f"word-{number}", f"attribute-{number}": 1.0})
        model.apply(model.learn(context, PRODUCTS[0], False))
    assert len({name[2] for name in model.weights if name[:2] == ("level", "job")}) <= (
        MOST_LEVELS + 2
    )
    snapshot = model.snapshot()
    assert len({name for name, _ in (*snapshot.spreads, *snapshot.levels)}) <= MOST_ATTRIBUTES


def test_reasons_say_what_was_learned() -> None:
    model = Preferences(PreferenceSettings(most_deviations=0.0))
    taught(model, 800)
    best = model.rank(PRODUCTS, Context(reason="statement"), 1).products[0]
    assert CATEGORY[best.product_id] == "c3"
    assert best.terms[0].feature == ("reason_category", "statement", "c3")
    assert best.terms[0].log_odds > 0
    assert 0 < best.similar_accepted < best.similar_presented


def test_reasons_are_what_raises_the_chance_first_of_this_product_then_of_all() -> None:
    model = Preferences(PreferenceSettings(most_terms=9))
    of_all, of_this = ("reason", "statement"), ("reason_category", "statement", "c3")
    weights = {
        of_all: 2.0,
        of_this: 1.0,
        ("category", "c3"): -1.0,
    }
    model.apply(Learned(weights=tuple((name, Weight(mean, 1.0)) for name, mean in weights.items())))
    for one in model.rank(PRODUCTS, Context(reason="statement"), 1).products:
        told = [term.feature for term in one.terms]
        assert told == ([of_this, of_all] if CATEGORY[one.product_id] == "c3" else [of_all])


def test_not_known_is_a_feature_and_not_zero() -> None:
    model = Preferences()
    for number in range(400):
        known = number % 2 == 0
        context = Context(attributes={"income": 3.0 + number % 7 if known else None})
        model.apply(model.learn(context, PRODUCTS[0], not known))
    unknown = model.chance(Context(), PRODUCTS[0])
    assert unknown == model.chance(Context(attributes={"income": None}), PRODUCTS[0])
    assert unknown > 0.5 > model.chance(Context(attributes={"income": 0.0}), PRODUCTS[0])


def test_a_playbook_says_what_to_present_first_and_reactions_overrule_it() -> None:
    model = Preferences(PreferenceSettings(most_deviations=0.0))
    model.apply(cold_start({"statement": [Recommended(3.0, category="c5")]}))
    context = Context(reason="statement", segment="young", owned_categories=())
    shown = model.rank(PRODUCTS, context, 1).products
    assert Counter(CATEGORY[one.product_id] for one in shown)["c5"] >= 2
    for number in range(60):
        product = PRODUCTS[5 + 8 * (number % 4)]
        model.apply(model.learn(context, product, False))
    shown = model.rank(PRODUCTS, context, 1).products
    assert CATEGORY[shown[0].product_id] != "c5"


@pytest.mark.parametrize(
    ("recommended", "words"),
    [
        ([Recommended(1.0)], "give one of the two"),
        ([Recommended(9.0, category="c1")], "weight 9.0"),
        ([Recommended(1.0, product_id="p1"), Recommended(2.0, product_id="p1")], "p1 twice"),
    ],
)
def test_a_playbook_that_cannot_be(recommended: list[Recommended], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        cold_start({"statement": recommended})


def test_bad_input_is_refused_with_its_value() -> None:
    model = Preferences()
    with pytest.raises(ValueError, match="p0 is a candidate twice"):
        model.rank([PRODUCTS[0], PRODUCTS[0]], Context(), 1)
    with pytest.raises(ValueError, match="-1"):
        model.rank([Candidate("p", "c", -1)], Context(), 1)
    with pytest.raises(ValueError, match="age is nan"):
        model.learn(Context(attributes={"age": float("nan")}), PRODUCTS[0], True)
    assert model.snapshot() == Learned()
    with pytest.raises(ValueError, match="presented is 21"):
        model.rank(PRODUCTS, Context(), 1, presented=21)

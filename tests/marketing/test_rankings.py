"""Rankings as probabilities: they keep the engine's rules, and the logged ones are unbiased."""

from __future__ import annotations

from random import Random

import pytest

from marketing.inclusion import PPB
from marketing.preference_values import Candidate, Context
from marketing.preferences import Preferences, PreferenceSettings
from marketing.rankings import RANKINGS, Choice, logged, parse_ranking

CONTEXT = Context(reason="r", segment="s", owned_categories=())
NAMES = (*RANKINGS, "exploration=0.3", "exploration=5", "exploration=0")


def a_choice(seed: int, products: int = 20, categories: int = 5) -> Choice:
    """A model that has seen some reactions, and products to choose from."""
    draws = Random(seed)
    candidates = [
        Candidate(f"p{number}", f"c{number % categories}", draws.randrange(500, 3_000))
        for number in range(products)
    ]
    model = Preferences(PreferenceSettings(most_of_category=2, fits_ratio=0.0))
    for _ in range(60):
        one = draws.choice(candidates)
        model.apply(model.learn(CONTEXT, one, draws.random() < 0.3))
    return Choice(candidates, CONTEXT, model, Preferences(model.settings), 4)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("products", "shown"), [(20, 4), (5, 4), (3, 3), (1, 1)])
def test_every_ranking_shows_as_many_and_not_too_many_of_a_category(
    name: str, products: int, shown: int
) -> None:
    choice = a_choice(products, products)
    inclusion = parse_ranking(name).inclusion(choice, logged(choice))
    assert sum(inclusion.values()) == pytest.approx(shown, abs=1e-9)
    assert all(0.0 < share <= 1.0 for share in inclusion.values())
    for category in {one.category for one in choice.candidates} if products == 20 else ():
        of_it = [one.product_id for one in choice.candidates if one.category == category]
        assert sum(inclusion.get(one, 0.0) for one in of_it) <= 2 + 1e-9


@pytest.mark.parametrize("name", ["greedy", "highest-chance", "highest-value"])
def test_the_best_have_the_best_scores(name: str) -> None:
    choice = a_choice(1)
    scored = {one.candidate.product_id: one for group in logged(choice).scored for one in group}
    score = {
        "greedy": lambda one: one.expected_milli,
        "highest-chance": lambda one: one.chance,
        "highest-value": lambda one: one.candidate.value_milli,
    }[name]
    taken: list[str] = []
    for one in sorted(scored.values(), key=lambda one: -score(one)):
        same = [name for name in taken if scored[name].candidate.category == one.candidate.category]
        if len(taken) < 4 and len(same) < 2:
            taken.append(one.candidate.product_id)
    assert parse_ranking(name).inclusion(choice, logged(choice)) == dict.fromkeys(taken, 1.0)


def test_without_exploration_the_engine_itself_shows_these() -> None:
    choice = a_choice(2)
    sure = Preferences(PreferenceSettings(most_of_category=2, fits_ratio=0.0, most_deviations=0.0))
    sure.apply(choice.preferences.snapshot())
    shown = {one.product_id for one in sure.rank(choice.candidates, CONTEXT, 3).products}
    inclusion = parse_ranking("exploration=0").inclusion(choice, logged(choice))
    assert {name for name, share in inclusion.items() if share > 0.999} == shown


def test_what_is_logged_is_how_often_the_engine_shows_a_product() -> None:
    choice = a_choice(3)
    inclusion = parse_ranking("logged").inclusion(choice, logged(choice))
    draws = 1_500
    shown = dict.fromkeys(inclusion, 0)
    for seed in range(draws):
        for one in choice.preferences.rank(choice.candidates, CONTEXT, seed).products:
            shown[one.product_id] += 1
            assert inclusion[one.product_id] == one.propensity_ppb / PPB
    for name, share in inclusion.items():
        spread = (share * (1 - share) / draws) ** 0.5
        assert abs(shown[name] / draws - share) <= 5 * spread + 1e-3, name


def test_less_exploration_is_closer_to_the_best() -> None:
    choice = a_choice(4)
    again = logged(choice)
    best = parse_ranking("exploration=0").inclusion(choice, again)
    overlap = [
        sum(parse_ranking(f"exploration={k}").inclusion(choice, again).get(one, 0) for one in best)
        for k in (0.1, 1.4, 5)
    ]
    assert overlap == sorted(overlap, reverse=True)
    assert overlap[0] > overlap[2]


@pytest.mark.parametrize(
    "text",
    [
        "best",
        "",
        "exploration",
        "exploration=",
        "exploration=-1",
        "exploration=nan",
        "exploration=6",
        "greedy=1",
    ],
)
def test_what_is_no_ranking_is_said_with_what_there_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"give .*exploration=K"):
        parse_ranking(text)

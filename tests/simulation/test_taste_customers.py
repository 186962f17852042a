"""Customers with tastes: the same chance for the same names, and memory of what was presented."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from statistics import fmean

import pytest

import simulation
from config.base import DAY_MS
from config.marketing import MarketingSettings
from contacts.vocabulary import NeverScope, ReactionKind, SuppressionReason
from marketing.catalogue import CatalogueIndex
from marketing.suppression import Permission, check
from simulation.taste_customers import CustomerBase
from simulation.taste_population import given_population, load_population
from simulation.taste_settings import PLAIN, WILLING, CustomerMix, ReactionMix

NOW_MS = 20_000 * DAY_MS
POPULATION = given_population()


def base(mix: CustomerMix = WILLING, reactions: ReactionMix = PLAIN, seed: int = 1) -> CustomerBase:
    return CustomerBase(POPULATION, mix, reactions, NOW_MS, seed)


def test_accepted_as_often_as_the_formula_says() -> None:
    everybody = base()
    names = [f"p{number}" for number in range(200)]
    expected, accepted = 0.0, 0
    for number in range(300):
        visit = everybody.visit(f"c{number}")
        values = POPULATION.expected_values(everybody.log_odds(visit))
        expected += sum(v / w for v, w in zip(values, POPULATION.values, strict=True))
        said = everybody.react(visit, names)
        accepted += sum(one.kind is ReactionKind.ACCEPTED for one in said)
    assert accepted == pytest.approx(expected, rel=0.05)


def test_the_same_names_give_the_same_reactions_and_others_do_not() -> None:
    def play(seed: int) -> list[object]:
        everybody = base(CustomerMix(), ReactionMix(), seed)
        visits = [everybody.visit(f"c{number}") for number in range(50)]
        return [everybody.react(visit, ["p1", "p50", "p199"]) for visit in visits]

    assert play(1) == play(1)
    assert play(1) != play(2)


def test_what_was_accepted_is_held_the_next_time() -> None:
    everybody = base(WILLING.model_copy(update={"customers": 1}))
    names = [f"p{number}" for number in range(200)]
    said = everybody.react(everybody.visit("first"), names)
    taken = {one.product_id for one in said if one.kind is ReactionKind.ACCEPTED}
    again = everybody.context(everybody.visit("second"))
    assert taken
    assert again.held is not None
    assert taken <= set(again.held)
    assert set(again.held) <= set(CatalogueIndex(POPULATION.catalogue()).items)


def test_a_customer_pressed_in_vain_grows_weary_and_opts_out() -> None:
    mix = ReactionMix(opt_out_ratio=0.05, interested_ratio=0, weariness=0.5)
    everybody = base(WILLING.model_copy(update={"customers": 40}), mix)
    out: list[int] = []
    for number in range(400):
        visit = everybody.visit(f"c{number}")
        before = fmean(everybody.log_odds(visit))
        pressed = visit.customer.pressed
        said = everybody.react(visit, ["p1"])
        if said[0].kind is ReactionKind.ACCEPTED:
            continue
        assert visit.customer.pressed == pressed + 1
        assert fmean(everybody.log_odds(visit)) == pytest.approx(before - 0.5)
        if said[0].scope is NeverScope.EVERYTHING:
            assert visit.customer.opted_out
            out.append(pressed)
    chances = Counter(out)
    assert len(out) > 50
    assert chances[0] < 10, "few opt out the first time"


def test_records_bar_and_permit_as_the_mix_says() -> None:
    everybody = base(CustomerMix(customers=None, consented_ratio=0.7))
    settings = MarketingSettings(enabled=True)
    answers: Counter[object] = Counter()
    for number in range(2_000):
        visit = everybody.visit(f"c{number}")
        found = check(settings, visit.customer.customer_id, everybody.context(visit), "c0", NOW_MS)
        answers[found.reason if not isinstance(found, Permission) else "permitted"] += 1
    assert answers["permitted"] / 2_000 == pytest.approx(0.7 * 0.98**3, abs=0.04)
    for reason in ("consent_missing", "consent_unproven", "consent_withdrawn", "do_not_contact"):
        assert answers[SuppressionReason(reason)] > 15


def test_a_household_shares_its_id() -> None:
    everybody = base(CustomerMix(customers=10, household_size=5))
    seen = {}
    for number in range(200):
        customer = everybody.visit(f"c{number}").customer
        seen[customer.customer_id] = customer.household_id
    assert len(seen) == 10
    assert len(set(seen.values())) == 2


def test_a_population_file_is_read_and_a_wrong_one_refused(tmp_path: Path) -> None:
    file = tmp_path / "tastes.json"
    with gzip.open(Path(simulation.__file__).with_name("data") / "tastes.json.gz") as packed:
        data = json.load(packed)
    file.write_text(json.dumps(data))
    assert load_population(file).product == POPULATION.product
    data["logit"]["product"].pop()
    file.write_text(json.dumps(data))
    with pytest.raises(ValueError, match=r"logit.product has 199 entries; it must have 200"):
        load_population(file)
    file.write_text("{}")
    with pytest.raises(ValueError, match="no population with tastes"):
        load_population(file)

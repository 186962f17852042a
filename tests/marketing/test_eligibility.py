"""Eligibility against a plain restatement of the rules, over random products and customers."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.catalogue import Age, Bounds, Catalogue, Eligibility, Product
from contacts.customer import NOTHING_KNOWN, CustomerContext, RelationshipStage
from marketing.barriers import Barrier, Ineligible
from marketing.catalogue import CatalogueIndex
from marketing.eligibility import _CHECKS, why_not

CATEGORY = {"p": "c1", "q": "c1", "r": "c2"}
TODAY = "2026-06-15"
STAGES = list(RelationshipStage)

some = st.lists(st.sampled_from(["a", "b", "c"]), max_size=2, unique=True)
held_rules = st.lists(st.sampled_from([*CATEGORY, "c1", "c2"]), max_size=2, unique=True)


@st.composite
def rules(draw: st.DrawFn) -> Eligibility:
    low = draw(st.none() | st.integers(0, 60))
    high = draw(st.none() | st.integers(low or 0, 90))
    age = None if low is None and high is None else Age(min=low, max=high)
    return Eligibility(
        segments=draw(some),
        grade=draw(st.none() | st.builds(Bounds, min=st.integers(1, 5))),
        stages=draw(st.lists(st.sampled_from(STAGES), max_size=2)),
        tiers=draw(some),
        needs_held=draw(held_rules),
        excludes_held=draw(held_rules),
        age=age,
        regions=draw(some),
        languages=draw(st.lists(st.sampled_from(["en", "zh", "zh-Hant"]), max_size=2)),
        not_for_reasons=draw(some),
    )


customers = st.builds(
    CustomerContext,
    version=st.just("1"),
    segment=st.none() | st.sampled_from("abc"),
    grade=st.none() | st.integers(1, 5),
    tier=st.none() | st.sampled_from("abc"),
    stage=st.none() | st.sampled_from(STAGES),
    age=st.none() | st.integers(0, 99),
    region=st.none() | st.sampled_from("abc"),
    language=st.none() | st.sampled_from(["en", "zh", "zh-Hant", "en-GB"]),
    held=st.none() | st.lists(st.sampled_from(["p", "q", "r"]), unique=True).map(tuple),
)
reasons = st.none() | st.sampled_from("abc")

FIELDS = {
    Barrier.UNKNOWN_SEGMENT: "segment",
    Barrier.UNKNOWN_GRADE: "grade",
    Barrier.UNKNOWN_STAGE: "stage",
    Barrier.UNKNOWN_TIER: "tier",
    Barrier.UNKNOWN_AGE: "age",
    Barrier.UNKNOWN_REGION: "region",
    Barrier.UNKNOWN_LANGUAGE: "language",
    Barrier.UNKNOWN_HELD: "held",
}
ASKS = {
    "segment": "segments",
    "grade": "grade",
    "stage": "stages",
    "tier": "tiers",
    "age": "age",
    "region": "regions",
    "language": "languages",
}


def index_of(wanted: Eligibility, **more: object) -> CatalogueIndex:
    products = [
        Product(product_id=name, category=category, names={"en": name}, value_milli=1)
        for name, category in CATEGORY.items()
    ]
    judged = Product.model_validate(
        {
            "product_id": "judged",
            "category": "c3",
            "names": {"en": "x"},
            "value_milli": 1,
            "eligibility": wanted,
            **more,
        }
    )
    return CatalogueIndex(Catalogue(products=[judged, *products]))


def judge(
    index: CatalogueIndex,
    customer: CustomerContext,
    reason: str | None = "a",
    today: str = TODAY,
    certificates: tuple[str, ...] = ("c3",),
    left: int | None = None,
) -> Ineligible | None:
    situation = index.situation(customer, reason, today, certificates)
    return why_not(index.items["judged"], situation, left)


def fulfilled(wanted: Eligibility, customer: CustomerContext, reason: str | None) -> bool:
    """Say whether every rule that is given holds, straight from its definition."""
    held = customer.held
    owned = None if held is None else {*held, *(CATEGORY[one] for one in held)}
    language = customer.language or ""
    return all(
        [
            not wanted.segments or customer.segment in wanted.segments,
            not wanted.tiers or customer.tier in wanted.tiers,
            not wanted.regions or customer.region in wanted.regions,
            not wanted.stages or customer.stage in wanted.stages,
            not wanted.languages
            or any(f"{language}-".startswith(f"{tag}-") for tag in wanted.languages),
            wanted.grade is None
            or (customer.grade is not None and customer.grade >= (wanted.grade.min or 0)),
            wanted.age is None
            or (
                customer.age is not None
                and (wanted.age.min or 0) <= customer.age
                and (wanted.age.max is None or customer.age <= wanted.age.max)
            ),
            not wanted.needs_held or (owned is not None and owned >= set(wanted.needs_held)),
            not wanted.excludes_held
            or (owned is not None and owned.isdisjoint(wanted.excludes_held)),
            not wanted.not_for_reasons
            or (reason is not None and reason not in wanted.not_for_reasons),
        ]
    )


@given(rules(), customers, reasons)
def test_it_says_what_the_rules_say(
    wanted: Eligibility, customer: CustomerContext, reason: str | None
) -> None:
    found = judge(index_of(wanted), customer, reason)
    assert (found is None) == fulfilled(wanted, customer, reason)
    if found is not None and found.barrier in FIELDS:
        assert getattr(customer, FIELDS[found.barrier]) is None


@given(rules(), customers, st.sampled_from(list(ASKS)))
def test_forgetting_counts_only_where_a_rule_asks(
    wanted: Eligibility, customer: CustomerContext, field: str
) -> None:
    """Forgetting one thing never makes eligible, and bars only if a rule asks for it."""
    index = index_of(wanted)
    before = judge(index, customer)
    after = judge(index, msgspec.structs.replace(customer, **{field: None}))
    if getattr(wanted, ASKS[field]):
        assert after is not None
    else:
        assert after == before


@given(rules())
def test_of_whom_nothing_is_known_only_rules_that_ask_nothing_are_fulfilled(
    wanted: Eligibility,
) -> None:
    asks = any(getattr(wanted, name) for name in _CHECKS)
    found = judge(index_of(wanted), NOTHING_KNOWN, reason=None)
    assert (found is not None) == asks
    assert found is None or found.barrier.startswith("unknown_")


def test_each_rule_of_the_catalogue_has_its_check() -> None:
    assert set(_CHECKS) == set(Eligibility.model_fields) - {"first_day", "last_day"}


def test_barriers_carry_what_is_and_what_is_asked() -> None:
    customer = CustomerContext(version="1", age=17, grade=2, held=("p",))

    def found(**wanted: object) -> tuple[object, ...]:
        barrier = judge(index_of(Eligibility.model_validate(wanted)), customer)
        assert barrier is not None
        return barrier.product_id, barrier.barrier, barrier.have, barrier.want

    assert found(age={"min": 18}) == ("judged", Barrier.TOO_YOUNG, 17, 18)
    assert found(age={"max": 16}) == ("judged", Barrier.TOO_OLD, 17, 16)
    assert found(grade={"min": 3}) == ("judged", Barrier.GRADE_TOO_LOW, 2, 3)
    assert found(grade={"max": 1}) == ("judged", Barrier.GRADE_TOO_HIGH, 2, 1)
    assert found(needs_held=["c1", "r"]) == ("judged", Barrier.NEEDED_NOT_HELD, None, "r")
    assert found(excludes_held=["c1"]) == ("judged", Barrier.EXCLUDED_HELD, "c1", None)
    assert found(regions=["a"]) == ("judged", Barrier.UNKNOWN_REGION, None, None)


@pytest.mark.parametrize(
    ("today", "barrier"),
    [
        ("2026-05-31", Barrier.NOT_BEGUN),
        ("2026-06-01", None),
        ("2026-06-30", None),
        ("2026-07-01", Barrier.OVER),
    ],
)
def test_both_ends_of_its_days_count(today: str, barrier: Barrier | None) -> None:
    days = Eligibility.model_validate({"first_day": "2026-06-01", "last_day": "2026-06-30"})
    found = judge(index_of(days), NOTHING_KNOWN, today=today)
    assert (found and found.barrier) == barrier


def test_an_agent_without_the_certificate_presents_nothing() -> None:
    free = Eligibility()
    found = judge(index_of(free), NOTHING_KNOWN, certificates=("c1",))
    assert found == Ineligible("judged", Barrier.NO_CERTIFICATE, None, "c3")
    own = index_of(free, certificate="credit")
    assert judge(own, NOTHING_KNOWN, certificates=("c3",)) is not None
    assert judge(own, NOTHING_KNOWN, certificates=("credit",)) is None


@pytest.mark.parametrize(("left", "barred"), [(None, False), (1, False), (0, True), (-1, True)])
def test_what_is_sold_out_is_not_shown(left: int | None, barred: bool) -> None:
    found = judge(index_of(Eligibility()), NOTHING_KNOWN, left=left)
    assert (found is not None) == barred


def test_who_holds_it_is_not_shown_it_again_unless_it_may_be_repeated() -> None:
    owner = CustomerContext(version="1", held=("judged",))
    found = judge(index_of(Eligibility()), owner)
    assert found is not None
    assert found.barrier is Barrier.ALREADY_HELD
    assert judge(index_of(Eligibility(), is_repeatable=True), owner) is None
    assert judge(index_of(Eligibility()), NOTHING_KNOWN) is None


def test_what_is_only_listed_is_never_shown() -> None:
    found = judge(index_of(Eligibility(), is_presented=False), NOTHING_KNOWN)
    assert found is not None
    assert found.barrier is Barrier.NOT_PRESENTED

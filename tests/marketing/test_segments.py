"""Segments by rule: three-valued logic, and eligibility that asks for them."""

from __future__ import annotations

from itertools import product

import pytest

from config.catalogue import Catalogue
from config.segments import SegmentRule
from contacts.customer import CustomerContext
from marketing.barriers import Barrier
from marketing.catalogue import CatalogueIndex
from marketing.segments import holds


def rule(**keys: object) -> SegmentRule:
    return SegmentRule.model_validate(keys)


def answer(kind: str, one: bool | None, other: bool | None) -> bool | None:
    parts = [{"attribute": name, "at_least": 1} for name in ("x", "y")]
    known = {name: float(value) for name, value in (("x", one), ("y", other)) if value is not None}
    return holds(rule(**{kind: parts}), CustomerContext(version="1", attributes={**known}))


@pytest.mark.parametrize(("one", "other"), list(product([True, False, None], repeat=2)))
def test_kleenes_tables(one: bool | None, other: bool | None) -> None:
    rank = {False: 0, None: 1, True: 2}
    back = {0: False, 1: None, 2: True}
    both, either = min(rank[one], rank[other]), max(rank[one], rank[other])
    assert answer("all", one, other) is back[both]
    assert answer("any", one, other) is back[either]
    assert answer("none", one, other) is back[2 - either]


@pytest.mark.parametrize(
    ("test", "customer", "expected"),
    [
        ({"attribute": "age", "at_least": 30}, {"age": 30}, True),
        ({"attribute": "age", "at_least": 30, "at_most": 40}, {"age": 41}, False),
        ({"attribute": "age", "at_most": 40}, {}, None),
        ({"attribute": "tier", "is_any_of": ["A"]}, {"tier": "A"}, True),
        ({"attribute": "tier", "is_any_of": ["A"]}, {"tier": "B"}, False),
        ({"attribute": "stage", "is_any_of": ["grow"]}, {}, None),
        ({"attribute": "city", "is_any_of": ["Bern", 3]}, {"attributes": {"city": 3.0}}, True),
        ({"attribute": "city", "at_least": 3}, {"attributes": {"city": "Bern"}}, None),
    ],
)
def test_one_attribute(
    test: dict[str, object], customer: dict[str, object], expected: bool | None
) -> None:
    context = CustomerContext(version="1", **customer)  # type: ignore[arg-type]
    assert holds(rule(**test), context) is expected


@pytest.mark.parametrize(
    ("wanted", "told", "flights", "barrier"),
    [
        (["traveller"], None, 2.0, None),
        (["traveller"], None, 1.0, Barrier.WRONG_SEGMENT),
        (["traveller"], None, None, Barrier.UNKNOWN_SEGMENT),
        (["traveller"], "gold", None, Barrier.UNKNOWN_SEGMENT),
        (["traveller"], "traveller", None, None),
        (["gold", "traveller"], "gold", 0.0, None),
        (["gold"], None, 2.0, Barrier.UNKNOWN_SEGMENT),
        (["gold"], "silver", None, Barrier.WRONG_SEGMENT),
    ],
)
def test_segments_told_and_ruled(
    wanted: list[str], told: str | None, flights: float | None, barrier: Barrier | None
) -> None:
    index = CatalogueIndex(
        Catalogue.model_validate(
            {
                "products": [
                    {
                        "product_id": "a",
                        "category": "c",
                        "names": {"en": "A"},
                        "value_milli": 1,
                        "eligibility": {"segments": wanted},
                    }
                ],
                "segments": [
                    {"segment_id": "traveller", "rule": {"attribute": "flights", "at_least": 2}}
                ],
            }
        )
    )
    attributes: dict[str, str | float] = {} if flights is None else {"flights": flights}
    customer = CustomerContext(version="1", segment=told, attributes=attributes)
    barred = index.candidates(index.situation(customer, None, "2026-01-01", ["c"])).barred
    assert [one.barrier for one in barred] == ([] if barrier is None else [barrier])

"""A catalogue that cannot be: named file, line, key, value, and what to do."""

from __future__ import annotations

import contextlib
import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.catalogue import LANGUAGE_PATTERN, LANGUAGE_RULE, Catalogue
from config.catalogue_checks import contradictions
from config.catalogue_loader import (
    CatalogueError,
    CatalogueFileError,
    load_catalogue,
    warnings_about,
)
from config.documents import validated

EXAMPLE = Path("examples/catalogue.toml")
GOOD = """\
[[products]]
product_id = "gold"
category = "cards"
names = { en = "Gold card", zh = "金卡" }
value_milli = 180_000
campaign_id = "autumn"
cost_milli = 5
eligibility = { needs_held = ["classic"], age = { min = 18, max = 70 } }

[[products]]
product_id = "classic"
category = "cards"
names = { en = "Classic card", zh = "普通卡" }
value_milli = 0

[[campaigns]]
campaign_id = "autumn"
first_day = 2026-09-01
last_day = 2026-11-30
budget_milli = 500

[[playbook]]
reason = "statement"
suggests = [ { product = "gold", weight = 2 }, { category = "cards", weight = 1.5 } ]

[[segments]]
segment_id = "traveller"
rule = { attribute = "flights", at_least = 2 }
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "catalogue.toml"
    file.write_text(text, "utf-8")
    return file


def problems(tmp_path: Path, text: str) -> list[str]:
    file = written(tmp_path, text)
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(file)
    return [str(one).removeprefix(f"{file}:") for one in caught.value.problems]


def test_a_good_catalogue(tmp_path: Path) -> None:
    catalogue = load_catalogue(written(tmp_path, GOOD))
    gold = catalogue.products[0]
    assert (gold.names["zh"], gold.certificate_needed, gold.difficulty) == ("金卡", "cards", 1.0)
    assert list(warnings_about(catalogue)) == []


def test_the_example_is_good_and_large() -> None:
    catalogue = load_catalogue(EXAMPLE)
    assert list(warnings_about(catalogue)) == []
    assert len(catalogue.products) >= 20
    assert len({one.category for one in catalogue.products}) >= 8
    assert len(catalogue.playbook) >= 8
    shown = [one for one in catalogue.products if one.is_presented]
    assert all(set(one.names) == {"en", "zh"} == set(one.talking_points) for one in shown)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "value_milli = 180_000",
            "value_milli = -1",
            "5: products[gold].value_milli = -1: must",
        ),
        ("value_milli = 180_000", "", "1: products[gold].value_milli: is missing"),
        ("cost_milli = 5", "difficulty = 0", "difficulty = 0: must be greater than 0"),
        (
            "cost_milli = 5",
            "dificulty = 1",
            '1: no such key; did you mean "difficulty"',
        ),
        ("cost_milli = 5", 'stock = "3"', 'stock = "3": must be a valid integer'),
        ("cost_milli = 5", "stock = -3", "stock = -3: must be greater than or equal to 0"),
        ('product_id = "gold"', 'product_id = "go/ld"', "must be an id in quotes: 1 to 128"),
        ("{ en = ", "{ English = ", 'English: the name must be a language tag in quotes, as "en"'),
        ('"autumn"\ncost', '"autmn"\ncost', 'campaign_id = "autmn": there is no such campaign'),
        ('"autumn"\ncost', '"autmn"\ncost', 'did you mean "autumn"?'),
        ('["classic"]', '["clasic"]', '[#1] = "clasic": there is no such product or category'),
        ("min = 18", "min = 71", "age: min = 71 is above max = 70: nobody can ever be eligible"),
        ("min = 18, max = 70", "", "age: is an empty table; give min, max or both"),
        ("min = 18", "min = -1", "age.min = -1: must be greater than or equal to 0"),
        ("11-30", "08-30", "19: campaigns[autumn].last_day = 2026-08-30: is before first_day"),
        (
            'needs_held = ["classic"]',
            "first_day = 2026-12-01",
            "no day of it (2026-12-01 to ...) is within its campaign (2026-09-01 to 2026-11-30)",
        ),
        (
            'needs_held = ["classic"]',
            "first_day = 2026-10-02, last_day = 2026-10-01",
            "last_day = 2026-10-01: is before first_day = 2026-10-02",
        ),
        ("cost_milli = 5", "not_with = ['gold']", "the product excludes itself; leave it out"),
        ("cost_milli = 5", "not_with = ['glod']", "no such product in the catalogue; did you mean"),
        ("cost_milli = 5", "", "budget_milli = 500: is never used up; give products of the"),
        ("cost_milli = 5", "cost_milli = 5\nbudget_milli = 4", "= 4: is less than one acceptance"),
        ("cost_milli = 5", "budget_milli = 4", "= 4: is never used up; give cost_milli > 0"),
        (
            'needs_held = ["classic"]',
            'needs_held = ["classic"], excludes_held = ["cards"]',
            'is needed, yet excludes_held has its category "cards"',
        ),
        (
            'needs_held = ["classic"]',
            'needs_held = ["classic"], excludes_held = ["classic"]',
            "is needed, yet it is in excludes_held as well: nobody can ever be eligible",
        ),
        (
            'needs_held = ["classic"]',
            'needs_held = ["cards"], excludes_held = ["classic", "gold"]',
            "is needed, yet excludes_held has all products of this category",
        ),
        ('["classic"]', '["gold"]', "a cycle: gold needs gold; nobody can ever be eligible"),
        ('category = "cards"\nnames = { en = "C', 'category = "gold"\nnames = { en = "C', "rename"),
        ('product_id = "classic"', 'product_id = "gold"', "given before, in products[#1]"),
        ('product = "gold", w', 'product = "gld", w', 'product = "gld": there is no such product'),
        ('category = "cards", w', 'category = "x", w', 'category = "x": there is no such category'),
        ('category = "cards", w', 'product = "gold", w', "is suggested before for this reason"),
        ('category = "cards", w', "w", "suggests[#2]: give either product or category"),
        ("weight = 2 ", "weight = 0 ", "suggests[#1].weight = 0: must be greater than 0"),
        ("cost_milli = 5", "cost_milli = 5\nis_presented = false", "is never shown (is_presented"),
        ("at_least = 2", "at_least = 2, at_most = 1", "at_least = 2 is above at_most = 1"),
        (", at_least = 2", "", "rule: attribute needs one of is_any_of, at_least, at_most"),
        ('attribute = "flights", ', "", "rule: give exactly one of all, any, none, attribute"),
        ("180_000", "180_000 180", "5: not valid TOML"),
        (
            'needs_held = ["classic"]',
            'stages = ["growing"]',
            "stages[#1] = \"growing\": must be 'establish'",
        ),
    ],
)
def test_one_mistake(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    assert says in "\n".join(problems(tmp_path, GOOD.replace(old, new, 1)))


def test_everything_wrong_is_told_at_once_in_order(tmp_path: Path) -> None:
    """Wrong values do not hide contradictions elsewhere, nor these each other."""
    text = GOOD.replace("180_000", "-1").replace('"gold", weight', '"gild", weight')
    text = text.replace('["classic"]', '["gold", "nothing"]').replace("min = 18", "min = 80")
    assert [one.split(":")[0] for one in problems(tmp_path, text)] == ["5", "8", "8", "8", "24"]


def chain(**needs: str) -> str:
    """Return products with the category "c-" and their id, each needing one thing."""
    return "".join(
        f'[[products]]\nproduct_id = "{name}"\ncategory = "c-{name}"\nnames = {{ en = "x" }}\n'
        f'value_milli = 1\neligibility = {{ needs_held = ["{need}"] }}\n'
        for name, need in needs.items()
    )


def test_a_ring_of_needs_is_told_once_with_its_members(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, chain(a="b", b="c", c="c-a", behind="a"))
    assert said.startswith('6: products[a].eligibility.needs_held[#1] = "b": a cycle: ')
    assert "a needs b needs c needs a" in said


def test_two_rings_are_told_each(tmp_path: Path) -> None:
    said = problems(tmp_path, chain(a="b", b="a", x="y", y="x"))
    assert [one.partition("a cycle: ")[2][:17] for one in said] == [
        "a needs b needs a",
        "x needs y needs x",
    ]


def test_a_need_that_another_product_of_the_category_meets_is_no_ring(tmp_path: Path) -> None:
    way_in = chain(z="a").replace('eligibility = { needs_held = ["a"] }', "")
    text = chain(a="c-b", b="a").replace('"c-b"\nnames', '"both"\nnames')
    ring = text.replace('["c-b"]', '["both"]')
    (said,) = problems(tmp_path, ring)
    assert "a needs b needs a" in said
    free = ring + way_in.replace('"c-z"', '"both"')
    assert len(load_catalogue(written(tmp_path, free)).products) == 3


@pytest.mark.parametrize(
    ("encoding", "looks"),
    [("gb18030", "GB 18030 (Chinese)"), ("utf-16", "UTF-16"), ("big5", "Big5 (Chinese)")],
)
def test_another_encoding_is_said(tmp_path: Path, encoding: str, looks: str) -> None:
    text = EXAMPLE.read_text("utf-8")
    traditional = "這是信用卡服務中心的產品目錄 客戶致電時可以介紹這些產品"
    text = text if encoding != "big5" else GOOD.replace("金卡", traditional).replace("普", "一")
    file = tmp_path / "catalogue.toml"
    file.write_bytes(text.encode(encoding))
    with pytest.raises(CatalogueFileError) as caught:
        load_catalogue(file)
    (problem,) = caught.value.problems
    assert f"is not text in UTF-8 (the file looks like {looks})" in str(problem)
    assert "save the file with encoding UTF-8" in str(problem)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFileError, match="cannot be read: No such file"):
        load_catalogue(tmp_path / "gone.toml")


def test_what_is_odd_is_warned_of() -> None:
    text = {
        "products": [
            {
                "product_id": "a",
                "category": "c",
                "names": {"en": "A", "zh": "甲"},
                "value_milli": 1,
            },
            {
                "product_id": "b",
                "category": "d",
                "names": {"en": "B"},
                "value_milli": 1,
                "eligibility": {"not_for_reasons": ["statment"]},
            },
        ],
        "campaigns": [{"campaign_id": "idle"}],
        "playbook": [{"reason": "statement", "suggests": [{"category": "c", "weight": 2}]}],
    }
    assert list(warnings_about(Catalogue.model_validate(text))) == [
        "products[b] has no name in zh, as others have",
        "products[b]: no reason of the playbook suggests it or its category",
        'products[b].eligibility.not_for_reasons: the playbook has no reason "statment"',
        "campaigns[idle] has no products",
    ]


JUNK: list[object] = [None, True, -1, 1e300, "", "x", [], ["cards"], [[1]], {}, {"a": []}, "\ud7ff"]


def places(data: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of everything in a document."""
    inner: list[tuple[str | int, object]] = []
    if isinstance(data, dict):
        inner = list(data.items())
    elif isinstance(data, list):
        inner = list(enumerate(data))
    return [path, *(one for key, value in inner for one in places(value, (*path, key)))]


PLACES = [path for path in places(tomllib.loads(GOOD)) if path]


@given(st.dictionaries(st.sampled_from(PLACES), st.sampled_from(JUNK), min_size=1, max_size=4))
def test_whatever_stands_in_the_file_it_is_good_or_told(
    changes: dict[tuple[str | int, ...], object],
) -> None:
    data = tomllib.loads(GOOD)
    for path, junk in changes.items():
        here: Any = data
        with contextlib.suppress(KeyError, IndexError, TypeError):
            for part in path[:-1]:
                here = here[part]
            here[path[-1]] = copy.deepcopy(junk)
    catalogue, findings = validated(Catalogue, data, {LANGUAGE_PATTERN: LANGUAGE_RULE})
    findings += contradictions(data)
    assert (catalogue is None) <= bool(findings)
    assert all(one.allowed for one in findings)

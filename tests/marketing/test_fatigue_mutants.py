"""The proof proves something: limits that are off by one, and faults put in on purpose, are found.

Each fault is put into the source of one module of `marketing/`, which then replaces the real one;
what is played at random must make the checker complain.
"""

from __future__ import annotations

import inspect
import sys
from random import Random
from types import ModuleType
from typing import Any

import pytest

from config.marketing import MarketingSettings
from marketing import cool_down, fatigue, ledger, reactions, rounds
from tests.support import fatigue_desk
from tests.support.fatigue_desk import FatigueDesk, rules_of
from tests.support.fatigue_play import Play
from tests.support.fatigue_rules import COOL_DOWN, RULES, made

MANY, FEW = 600, 40


def found(settings: MarketingSettings, true: MarketingSettings, seeds: int = MANY) -> list[str]:
    """Return the first complaints when `settings` are in force and `true` should be."""
    for seed in range(seeds):
        desk = FatigueDesk(settings, rules_of(true))
        Play(desk, Random(seed), declining=true is DECLINING).run(200)
        if desk.found:
            return desk.found
    return []


def one_more(limits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "most": one["most"] + 1} for one in limits]


def shorter(limits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "window_ms": one["window_ms"] - 1} for one in limits]


DECLINING = RULES["cool-down"]
LIMITED = [name for name, settings in RULES.items() if settings.limits]


@pytest.mark.parametrize("change", [one_more, shorter], ids=lambda one: one.__name__)
@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_that_is_off_by_one_is_found(name: str, change: Any) -> None:
    written = RULES[name].model_dump(mode="json")
    written["limits"] = change(written["limits"])
    complaints = found(MarketingSettings.model_validate(written), RULES[name])
    assert any(" broken by " in one for one in complaints)


def test_one_round_more_in_a_contact_is_found() -> None:
    assert found(made(rounds_per_contact=2), made(rounds_per_contact=1))


@pytest.mark.parametrize("key", COOL_DOWN)
def test_a_cool_down_that_is_off_by_one_is_found(key: str) -> None:
    assert found(made(cool_down={**COOL_DOWN, key: COOL_DOWN[key] - 1}), DECLINING)


FAULTS = [
    (fatigue, "if one > since_ms", "if one >= since_ms", RULES["customer"]),
    (fatigue, "if one > since_ms", "if one > since_ms + 1", RULES["customer"]),
    (fatigue, "if count < limit.most", "if count <= limit.most", RULES["category"]),
    (fatigue, "count = len(counted) + beside", "count = len(counted)", RULES["category"]),
    (fatigue, "if count < settings.rounds", "if count <= settings.rounds", RULES["contact"]),
    (fatigue, 'household if "household" in', 'own if "household" in', RULES["household"]),
    (fatigue, "if item.counts and key", "if key", RULES["campaign"]),
    (fatigue, "or self._cool_downs.hit(product)", "", DECLINING),
    (fatigue, "or self._never(product)", "", RULES["product"]),
    (fatigue, "self._never_anything() or ", "", RULES["product"]),
    (cool_down, "if count == 1 else", "if count >= 1 else", DECLINING),
    (cool_down, "{ReactionKind.DECLINED, ", "{", DECLINING),
    (cool_down, "self._now_ms >= from_ms", "self._now_ms > from_ms", DECLINING),
    (ledger, "Item(product, one.expires_at_ms)", "Item(product, 0)", RULES["customer"]),
    (ledger, 'self.state != "released"', 'self.state == "presented"', RULES["customer"]),
    (ledger, 'item.state = "released"', "pass", RULES["customer"]),
    (rounds, "hit = standing.hit(product, products[:number])", "hit = None", RULES["customer"]),
    (rounds, "hit = standing.hit(product, chosen)", "hit = None", RULES["customer"]),
    (reactions, "if not MEANING[noted.kind].counts", "if False", RULES["customer"]),
    (reactions, "if noted.scope is not None", "if False", RULES["product"]),
    (reactions, "if item.scope is not None", "if False", RULES["product"]),
    (reactions, "is ReactionKind.NOT_PRESENTED", "is None", RULES["product"]),
]


@pytest.mark.parametrize(("module", "right", "wrong", "settings"), FAULTS)
def test_a_fault_in_the_source_is_found(
    module: ModuleType,
    right: str,
    wrong: str,
    settings: MarketingSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_in(module, right, wrong, monkeypatch)
    assert found(settings, settings)


def put_in(module: ModuleType, right: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody use the module as it would be with `wrong` in place of `right`."""
    source = inspect.getsource(module)
    assert source.count(right) == 1, right
    faulty = ModuleType(module.__name__)
    monkeypatch.setitem(sys.modules, module.__name__, faulty)
    exec(compile(source.replace(right, wrong), module.__name__, "exec"), faulty.__dict__)
    users = [cool_down, fatigue, ledger, reactions, rounds, fatigue_desk]
    for user in users:
        for name, value in vars(user).items():
            if getattr(value, "__module__", None) == module.__name__ and hasattr(faulty, name):
                monkeypatch.setattr(user, name, getattr(faulty, name))


@pytest.mark.parametrize("name", RULES)
def test_without_a_fault_nothing_is_found(name: str) -> None:
    assert found(RULES[name], RULES[name], FEW) == []

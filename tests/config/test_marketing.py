"""The settings of marketing: what is refused, and how it is said."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from config.advice import warnings_about
from config.base import DAY_MS
from config.diff import describe_changes
from config.loader import load_settings
from config.marketing import FatigueLimit, MarketingSettings
from config.problems import ConfigError
from config.routing import AgentSettings, RoutingSettings
from config.settings import TidegateSettings

LIMIT = '[[marketing.limits]]\nscope = "product"\n'
AGENT = '[[agents]]\nagent_id = "a"\n'
COOL_DOWN = "[marketing.cool_down]\n"
WRONG = [
    (LIMIT + "most = 2\nwindow_ms = 0", 4, "limits[#1].window_ms = 0: must be a whole number from"),
    (LIMIT + "most = 2\nwindow_ms = -5", 4, "limits[#1].window_ms = -5: must be a whole number"),
    (LIMIT + "most = 0\nwindow_ms = 5000", 3, "limits[#1].most = 0: must be a whole number from 1"),
    (LIMIT + "most = 2", 1, "limits[#1].window_ms: is missing; a whole number from 1000 to"),
    (
        '[[marketing.limits]]\nscope = "house"\nmost = 1\nwindow_ms = 5000',
        2,
        'limits[#1].scope = "house": must be one of "customer", "household", "product",',
    ),
    (
        '[[marketing.limits]]\nscope = "customer"\nper = "household"\nmost = 1\nwindow_ms = 5000',
        1,
        'limits[#1]: per = "household" with scope = "customer": leave `per` out',
    ),
    (
        "[marketing]\n" + (LIMIT + "most = 2\nwindow_ms = 5000\n") * 2,
        1,
        ": limits[#2] has the scope and window of another",
    ),
    (COOL_DOWN + "not_now_ms = -1", 2, "cool_down.not_now_ms = -1: must be a whole number from 0"),
    (
        COOL_DOWN + "declined_product_ms = 9\ndeclined_twice_product_ms = 8",
        1,
        "cool_down: declined_twice_product_ms = 8 is less than declined_product_ms = 9",
    ),
    (
        "[marketing]\nproducts_least = 6",
        1,
        ": products_least = 6 is more than products_most = 5: it must be at most that",
    ),
    ('[marketing]\nconsent = "ask"', 2, 'consent = "ask": must be one of "none_needed", "opt_out"'),
    ("[marketing]\nstages = []", 2, "stages = []: must be a list in [ ], at least one of them"),
    (
        '[marketing]\nconsent_by_purpose = { "a b" = "opt_in" }',
        2,
        "consent_by_purpose.a b: the name must be an id in quotes",
    ),
]
WRONG_AGENTS = [
    ('certificates = { cards = "soon" }', '.cards = "soon": must be a day in quotes as "2026-12-3'),
    ('certificates = { cards = "2026-02-30" }', '.cards: "2026-02-30" is no day of the calendar'),
    ('certificates = { "a b" = "none" }', '.a b: the name must be "*" or an id in quotes'),
]


def problem(tmp_path: Path, text: str) -> tuple[int | None, str]:
    file = tmp_path / "t.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(file, {})
    (one,) = caught.value.problems
    return one.line, str(one)


@pytest.mark.parametrize(("text", "line", "said"), WRONG)
def test_what_is_wrong_is_placed_and_said(tmp_path: Path, text: str, line: int, said: str) -> None:
    found_line, words = problem(tmp_path, text)
    place = said if said.startswith(":") else f".{said}"
    assert (found_line, f"marketing{place}" in words) == (line, True), words


@pytest.mark.parametrize(("text", "said"), WRONG_AGENTS)
def test_a_wrong_certificate_is_placed_and_said(tmp_path: Path, text: str, said: str) -> None:
    line, words = problem(tmp_path, AGENT + text)
    assert (line, f"agents[a].certificates{said}" in words) == (3, True), words


def test_the_defaults_are_careful() -> None:
    settings = MarketingSettings()
    assert not settings.enabled
    assert settings.consent_rule("cards") == "opt_in"
    assert [(one.scope, one.most, one.window_ms) for one in settings.limits] == [
        ("customer", 3, 90 * DAY_MS),
        ("household", 3, 90 * DAY_MS),
    ]
    assert settings.longest_window_ms() == 90 * DAY_MS


def test_it_is_part_of_what_the_core_decides_by() -> None:
    marketing = MarketingSettings(enabled=True, limits=[])
    routing = TidegateSettings(marketing=marketing).routing()
    assert routing.marketing == marketing
    written = routing.model_dump(mode="json")
    assert RoutingSettings.model_validate(written) == routing
    del written["marketing"]
    assert RoutingSettings.model_validate(written).marketing == MarketingSettings()


def test_a_reload_says_what_changes() -> None:
    limit = FatigueLimit(scope="campaign", most=1, window_ms=DAY_MS)
    new = RoutingSettings(marketing=MarketingSettings(limits=[limit], consent="opt_out"))
    lines = describe_changes(RoutingSettings(), new)
    assert lines[0] == 'marketing.consent: "opt_in" -> "opt_out"'
    assert lines[1].endswith(
        '-> [{"scope": "campaign", "per": "customer", "most": 1, "window_ms": 86400000}]'
    )


def test_what_is_odd_is_said() -> None:
    agents = [AgentSettings(agent_id="a")]
    marketing = MarketingSettings(enabled=True, consent="none_needed", limits=[])
    said = warnings_about(TidegateSettings(agents=agents, marketing=marketing))
    assert any("no listed agent has a certificate" in one for one in said)
    assert any('marketing.consent = "none_needed"' in one for one in said)
    assert any("marketing.limits is empty" in one for one in said)
    trained = [AgentSettings(agent_id="a", certificates={"*": "none"})]
    quiet = TidegateSettings(agents=trained, marketing=MarketingSettings(enabled=True))
    assert not any("marketing" in one for one in warnings_about(quiet))
    assert not any("marketing" in one for one in warnings_about(TidegateSettings()))


def test_the_example_in_the_document_is_valid() -> None:
    text = (Path(__file__).parents[2] / "docs" / "fatigue-and-consent.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    settings = TidegateSettings.model_validate(tomllib.loads(example)).marketing
    assert settings.enabled
    assert settings.consent_rule("insurance") == "opt_in"
    assert settings.limits[0].per == "household"

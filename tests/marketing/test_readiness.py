"""Which agents may present what, and when learners may."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from config.marketing import MarketingSettings
from config.routing import AgentSettings
from contacts.vocabulary import Unqualified
from marketing.readiness import certified_for, is_too_busy, why_uncertified

SETTINGS = MarketingSettings()


def at_ms(text: str, zone: str = "UTC") -> int:
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return int(local.astimezone(UTC).timestamp() * 1_000)


def agent(learner: bool = False, **certificates: str) -> AgentSettings:
    named = {"*" if name == "all" else name: expiry for name, expiry in certificates.items()}
    return AgentSettings(agent_id="a", certificates=named, learner=learner)


NOON = at_ms("2026-06-30T12:00")
CASES = [
    (agent(), Unqualified.NO_CERTIFICATE),
    (agent(loans="none"), Unqualified.NO_CERTIFICATE),
    (agent(cards="none"), None),
    (agent(all="none"), None),
    (agent(cards="2026-06-30"), None),
    (agent(cards="2026-06-29"), Unqualified.CERTIFICATE_EXPIRED),
    (agent(cards="2026-06-29", all="2026-07-01"), None),
    (agent(cards="2026-07-01", all="2026-06-29"), None),
    (agent(all="2026-06-29"), Unqualified.CERTIFICATE_EXPIRED),
    (agent(cards="9999-12-31"), None),
]


@pytest.mark.parametrize(("one", "why"), CASES, ids=lambda one: str(one)[:60])
def test_certificates(one: AgentSettings, why: Unqualified | None) -> None:
    assert why_uncertified(SETTINGS, one, "cards", NOON) is why


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
def test_a_certificate_ends_with_its_last_day_where_the_queue_is(zone: str) -> None:
    one = agent(cards="2026-06-30")
    midnight_ms = at_ms("2026-07-01T00:00", zone)
    assert why_uncertified(SETTINGS, one, "cards", midnight_ms - 1, zone) is None
    expired = why_uncertified(SETTINGS, one, "cards", midnight_ms, zone)
    assert expired is Unqualified.CERTIFICATE_EXPIRED


@pytest.mark.parametrize(("load", "busy"), [(-4, False), (-3, False), (-2, True), (3, True)])
def test_learners_present_only_when_it_is_very_quiet(load: int, busy: bool) -> None:
    assert is_too_busy(SETTINGS, agent(learner=True), load) is busy
    assert not is_too_busy(SETTINGS, agent(), load)


def test_the_limit_for_learners_can_be_set() -> None:
    settings = MarketingSettings(learner_load_max=0)
    assert not is_too_busy(settings, agent(learner=True), 0)
    assert is_too_busy(settings, agent(learner=True), 1)


def test_where_no_certificates_are_needed_everybody_may() -> None:
    settings = MarketingSettings(certificates_needed=False)
    assert why_uncertified(settings, agent(), "cards", NOON) is None


def test_the_categories_with_a_valid_certificate() -> None:
    one = agent(cards="2026-06-30", loans="2026-06-29", all="none")
    assert certified_for(one, NOON) == {"cards", "*"}
    assert certified_for(agent(), NOON) == frozenset()

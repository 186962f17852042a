"""Whether a customer may be presented products: every bar, what is unknown, and the proof."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.marketing import MarketingSettings
from contacts.customer import NOTHING_KNOWN, Completeness, Consent, CustomerContext
from contacts.vocabulary import SuppressionReason as Why
from marketing.suppression import Permission, Suppression, check

NOW = 1_000
FINE = CustomerContext(
    version="v7",
    completeness=Completeness.COMPLETE,
    opted_out=False,
    do_not_contact=False,
    vulnerable=False,
    open_complaints=0,
    stage="grow",
    consents=(),
)
NO_CONSENT = MarketingSettings(consent="none_needed")
OPT_IN = MarketingSettings(consent="opt_in")
OPT_OUT = MarketingSettings(consent="opt_out")


def context(**changes: Any) -> CustomerContext:
    return msgspec.structs.replace(FINE, **changes)


def consent(at_ms: int, given: bool = True, purpose: str = "cards", **more: Any) -> Consent:
    return Consent(
        **{"purpose": purpose, "given": given, "at_ms": at_ms, "how": "web", "wording": "3"} | more
    )


def answer(
    settings: MarketingSettings,
    of: CustomerContext,
    category: str = "cards",
    now_ms: int = NOW,
) -> Permission | Suppression:
    return check(settings, "c1", of, category, now_ms)


BARS = [
    ({"do_not_contact": True}, Why.DO_NOT_CONTACT, ""),
    ({"opted_out": True}, Why.OPTED_OUT, ""),
    ({"vulnerable": True}, Why.VULNERABLE, ""),
    ({"open_complaints": 2}, Why.OPEN_COMPLAINT, "2"),
    ({"stage": "decline"}, Why.STAGE_EXCLUDED, "decline"),
    ({"stage": "establish"}, Why.STAGE_EXCLUDED, "establish"),
    ({"do_not_contact": None}, Why.FACT_UNKNOWN, "do_not_contact"),
    ({"opted_out": None}, Why.FACT_UNKNOWN, "opted_out"),
    ({"vulnerable": None}, Why.FACT_UNKNOWN, "vulnerable"),
    ({"open_complaints": None}, Why.FACT_UNKNOWN, "open_complaints"),
    ({"stage": None}, Why.FACT_UNKNOWN, "stage"),
    ({"do_not_contact": None, "vulnerable": True}, Why.VULNERABLE, ""),
]


@pytest.mark.parametrize(("changes", "reason", "detail"), BARS)
@pytest.mark.parametrize("settings", [NO_CONSENT, OPT_OUT, OPT_IN], ids=lambda one: one.consent)
def test_each_bar(
    settings: MarketingSettings, changes: dict[str, Any], reason: Why, detail: str
) -> None:
    agreed = context(consents=(consent(1),), **changes)
    assert answer(settings, agreed) == Suppression(reason, detail)


@pytest.mark.parametrize("fact", [one for one in NO_CONSENT.must_know if one != "household"])
def test_a_fact_that_need_not_be_known_bars_only_if_known(fact: str) -> None:
    needed = [one for one in NO_CONSENT.must_know if one != fact]
    settings = MarketingSettings(consent="none_needed", must_know=needed)
    assert answer(settings, context(**{fact: None})) == Permission("none_needed", "v7")
    known = {"stage": "decline", "open_complaints": 1}.get(fact, True)
    assert isinstance(answer(settings, context(**{fact: known})), Suppression)


def test_an_emergency_bars_everybody() -> None:
    found = check(NO_CONSENT, "c1", FINE, "cards", NOW, emergency=True)
    assert found == Suppression(Why.EMERGENCY)


def test_a_contact_without_customer_is_barred() -> None:
    assert check(NO_CONSENT, None, FINE, "cards", NOW) == Suppression(Why.CUSTOMER_UNKNOWN)


def test_nothing_known_bars_where_anything_is_needed() -> None:
    missing = answer(NO_CONSENT, NOTHING_KNOWN)
    assert missing == Suppression(Why.CONTEXT_MISSING, "do_not_contact")
    undemanding = MarketingSettings(consent="none_needed", must_know=[])
    assert answer(undemanding, NOTHING_KNOWN) == Permission("none_needed", "")
    for rule, fact in (("opt_in", "consents"), ("opt_out", "opted_out")):
        settings = MarketingSettings.model_validate({"consent": rule, "must_know": []})
        assert answer(settings, NOTHING_KNOWN) == Suppression(Why.CONTEXT_MISSING, fact)


OPT_IN_CASES = [
    ((), Why.CONSENT_MISSING),
    ((consent(1, purpose="loans"),), Why.CONSENT_MISSING),
    ((consent(NOW + 1),), Why.CONSENT_MISSING),
    ((consent(1, how=""),), Why.CONSENT_UNPROVEN),
    ((consent(1, wording=""),), Why.CONSENT_UNPROVEN),
    ((consent(1, until_ms=NOW),), Why.CONSENT_EXPIRED),
    ((consent(1), consent(2, given=False)), Why.CONSENT_WITHDRAWN),
    ((consent(2, given=False), consent(2)), Why.CONSENT_WITHDRAWN),
    ((consent(1), consent(2, given=False, purpose="*")), Why.CONSENT_WITHDRAWN),
    ((consent(1, purpose="*"), consent(2, given=False)), Why.CONSENT_WITHDRAWN),
    ((consent(1), consent(NOW + 9, given=False)), Why.CONSENT_WITHDRAWN),
    ((consent(1), consent(2, given=False), consent(3, until_ms=4)), Why.CONSENT_EXPIRED),
]


@pytest.mark.parametrize(("consents", "reason"), OPT_IN_CASES)
def test_without_a_valid_consent_opt_in_bars(consents: tuple[Consent, ...], reason: Why) -> None:
    assert answer(OPT_IN, context(consents=consents)) == Suppression(reason)


RELIED_ON = [
    ((consent(1),), 0),
    ((consent(1, purpose="*"),), 0),
    ((consent(1), consent(5)), 1),
    ((consent(1, until_ms=NOW + 1),), 0),
    ((consent(1, purpose="*"), consent(5, until_ms=NOW)), 0),
    ((consent(2, given=False), consent(3, purpose="*")), 1),
    ((consent(1), consent(2, given=False, purpose="loans")), 0),
    ((consent(5), consent(7, how="")), 0),
]


@pytest.mark.parametrize(("consents", "relied_on"), RELIED_ON)
def test_the_permission_names_the_consent_it_relies_on(
    consents: tuple[Consent, ...], relied_on: int
) -> None:
    found = answer(OPT_IN, context(consents=consents))
    assert found == Permission("opt_in", "v7", consents[relied_on])


def test_under_opt_in_unknown_consents_are_no_consents() -> None:
    found = answer(OPT_IN, context(consents=None))
    assert found == Suppression(Why.FACT_UNKNOWN, "consents")


def test_under_opt_out_a_withdrawal_is_an_objection() -> None:
    back = consent(2, given=False)
    assert answer(OPT_OUT, context(consents=(back,))) == Suppression(Why.CONSENT_WITHDRAWN, "cards")
    assert answer(OPT_OUT, context(consents=(back, consent(3)))) == Permission("opt_out", "v7")
    assert answer(OPT_OUT, context(consents=None)) == Permission("opt_out", "v7")
    need_not = MarketingSettings(consent="opt_out", must_know=[])
    unknown = context(opted_out=None)
    assert answer(need_not, unknown) == Suppression(Why.FACT_UNKNOWN, "opted_out")


def test_a_category_may_have_another_rule() -> None:
    settings = MarketingSettings(consent_by_purpose={"notices": "none_needed"})
    assert answer(settings, FINE, "notices") == Permission("none_needed", "v7")
    assert answer(settings, FINE, "cards") == Suppression(Why.CONSENT_MISSING)


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 20), st.sampled_from(["cards", "*", "loans"])),
        max_size=6,
    ),
    st.integers(0, 25),
)
def test_no_consent_is_relied_on_that_was_taken_back_later(
    statements: list[tuple[bool, int, str]], now_ms: int
) -> None:
    """Against a walk through the statements in time."""
    consents = tuple(consent(at, is_given, purpose) for is_given, at, purpose in statements)
    found = answer(OPT_IN, context(consents=consents), now_ms=now_ms)
    agreed = False
    for is_given, at_ms, purpose in sorted(statements, key=lambda one: (one[1], not one[0])):
        if purpose != "loans" and (at_ms <= now_ms or not is_given):
            agreed = is_given
    assert isinstance(found, Permission) is agreed
    assert not isinstance(found, Permission) or (found.consent and found.consent.given)


def test_an_unknown_household_bars_where_households_are_counted() -> None:
    """A complete record without household means that there is none."""
    partial = context(completeness=Completeness.PARTIAL)
    assert answer(NO_CONSENT, partial) == Suppression(Why.FACT_UNKNOWN, "household")
    assert isinstance(answer(NO_CONSENT, FINE), Permission)
    told = context(completeness=Completeness.PARTIAL, household_id="h1")
    assert isinstance(answer(NO_CONSENT, told), Permission)
    uncounted = MarketingSettings(consent="none_needed", limits=[])
    assert isinstance(answer(uncounted, partial), Permission)
    per_household = {"scope": "product", "per": "household", "most": 1, "window_ms": 1_000}
    counted = MarketingSettings.model_validate(
        {"consent": "none_needed", "limits": [per_household]}
    )
    assert answer(counted, partial) == Suppression(Why.FACT_UNKNOWN, "household")

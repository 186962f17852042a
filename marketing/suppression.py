"""Suppression: whether the law and what is known of the customer permit presenting products.

Hard filters, asked when products are selected and again at the moment of presentation. The answer
is a reason, or a permission with what it relies on, for the record. What is unknown bars where a
rule needs it. How often is another question: `marketing/fatigue.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from config.marketing import ConsentRule, Fact, MarketingSettings
from contacts.customer import Completeness, Consent, CustomerContext
from contacts.vocabulary import SuppressionReason

ALL_PURPOSES = "*"


class Suppression(msgspec.Struct, frozen=True, gc=False):
    """Nothing (of this category) may be presented, for `reason`; `detail` is the fact or stage."""

    reason: SuppressionReason
    detail: str = ""


class Permission(msgspec.Struct, frozen=True, gc=False):
    """Products may be presented. `rule` is the consent rule in force, `consent` the proof that was
    relied on (under `opt_in`), `context_version` the state of the customer's record that was read.
    """

    rule: ConsentRule
    context_version: str
    consent: Consent | None = None


def check(
    settings: MarketingSettings,
    customer_id: str | None,
    context: CustomerContext,
    category: str,
    now_ms: int,
    *,
    emergency: bool = False,
) -> Permission | Suppression:
    """Return on what permission products of a category may be presented now, or why they may not.

    `now_ms` is the engine's time; `emergency` whether one has been declared.
    """
    barred = bar_on_customer(settings, customer_id, context, emergency=emergency)
    return barred or permission_for(settings, context, category, now_ms)


def bar_on_customer(
    settings: MarketingSettings,
    customer_id: str | None,
    context: CustomerContext,
    *,
    emergency: bool = False,
) -> Suppression | None:
    """Return why this customer may not be presented any product now; None: nothing bars it.

    What is known to bar is named before what is not known.
    """
    if emergency:
        return Suppression(SuppressionReason.EMERGENCY)
    if customer_id is None:
        return Suppression(SuppressionReason.CUSTOMER_UNKNOWN)
    known = next(_known_bars(settings, context), None)
    if known is not None:
        return known
    unknown = next((one for one in settings.must_know if _is_lacking(settings, context, one)), None)
    return None if unknown is None else _not_known(context, unknown)


def permission_for(
    settings: MarketingSettings, context: CustomerContext, category: str, now_ms: int
) -> Permission | Suppression:
    """Return the consent that a category's products may be presented on, or what is missing."""
    rule = settings.consent_rule(category)
    if rule == "none_needed":
        return Permission(rule, context.version)
    found = [one for one in context.consents or () if one.purpose in (category, ALL_PURPOSES)]
    if rule == "opt_in":
        if context.consents is None:
            return _not_known(context, "consents")
        relied_on = _latest_valid(found, now_ms)
        if isinstance(relied_on, Suppression):
            return relied_on
        return Permission(rule, context.version, relied_on)
    if _is_withdrawn(found):
        return Suppression(SuppressionReason.CONSENT_WITHDRAWN, category)
    if context.opted_out is None:
        return _not_known(context, "opted_out")
    return Permission(rule, context.version)


def _known_bars(settings: MarketingSettings, context: CustomerContext) -> Iterator[Suppression]:
    if context.do_not_contact:
        yield Suppression(SuppressionReason.DO_NOT_CONTACT)
    if context.opted_out:
        yield Suppression(SuppressionReason.OPTED_OUT)
    if context.vulnerable:
        yield Suppression(SuppressionReason.VULNERABLE)
    if context.open_complaints:
        yield Suppression(SuppressionReason.OPEN_COMPLAINT, str(context.open_complaints))
    if context.stage is not None and context.stage not in settings.stages:
        yield Suppression(SuppressionReason.STAGE_EXCLUDED, context.stage)


def _is_lacking(settings: MarketingSettings, context: CustomerContext, fact: Fact) -> bool:
    """Tell whether a fact is needed and not known. A complete record without household has none."""
    if fact != "household":
        return getattr(context, fact) is None
    complete = context.completeness is Completeness.COMPLETE
    return context.household_id is None and settings.counts_households() and not complete


def _not_known(context: CustomerContext, fact: str) -> Suppression:
    if context.completeness is Completeness.MISSING:
        return Suppression(SuppressionReason.CONTEXT_MISSING, fact)
    return Suppression(SuppressionReason.FACT_UNKNOWN, fact)


def _latest_valid(found: Sequence[Consent], now_ms: int) -> Consent | Suppression:
    """Return the newest consent that was not taken back since, has proof and has not ended.

    The newest statement counts, whether for the category or for all purposes; of two at the same
    moment the withdrawal. Consents dated in the future count for nothing, withdrawals do.
    """
    withdrawn_ms = max((one.at_ms for one in found if not one.given), default=None)
    given = [one for one in found if one.given and one.at_ms <= now_ms]
    since = [one for one in given if withdrawn_ms is None or one.at_ms > withdrawn_ms]
    proven = [one for one in since if one.how and one.wording]
    valid = [one for one in proven if one.until_ms is None or now_ms < one.until_ms]
    if valid:
        return max(valid, key=lambda one: one.at_ms)
    if proven:
        return Suppression(SuppressionReason.CONSENT_EXPIRED)
    if since:
        return Suppression(SuppressionReason.CONSENT_UNPROVEN)
    if withdrawn_ms is not None:
        return Suppression(SuppressionReason.CONSENT_WITHDRAWN)
    return Suppression(SuppressionReason.CONSENT_MISSING)


def _is_withdrawn(found: Sequence[Consent]) -> bool:
    """Tell whether the newest statement is a withdrawal."""
    newest = max(found, key=lambda one: (one.at_ms, not one.given), default=None)
    return newest is not None and not newest.given

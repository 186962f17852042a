"""Marketing's settings: who may be presented products, on what permission, and how often.

Times are integer milliseconds. `docs/fatigue-and-consent.md` says what each rule means.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from config.base import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Settings
from contacts.customer import RelationshipStage
from contacts.ids import ID_PATTERN

LONGEST_MS = 3_650 * DAY_MS

ConsentRule = Literal["none_needed", "opt_out", "opt_in"]
Fact = Literal["do_not_contact", "opted_out", "vulnerable", "open_complaints", "stage", "household"]
Scope = Literal["customer", "household", "product", "category", "campaign"]
CoolDown = Annotated[int, Field(ge=0, le=LONGEST_MS)]

_PER_PRODUCT = ("product", "category", "campaign")


class FatigueLimit(Settings):
    """A limit on presentations in a sliding window."""

    scope: Scope
    """customer, household: rounds with the customer, or with anybody of the household. product,
    category, campaign: presentations of one product, of one category, in one campaign."""
    per: Literal["customer", "household"] = "customer"
    """For product, category and campaign: whose presentations are counted together."""
    most: int = Field(ge=1, le=1_000)
    """How many there may be within any `window_ms`."""
    window_ms: int = Field(ge=SECOND_MS, le=LONGEST_MS)
    """Length of the window, milliseconds."""

    @model_validator(mode="after")
    def _per_has_a_meaning(self) -> Self:
        if self.per == "household" and self.scope not in _PER_PRODUCT:
            raise ValueError(
                f'per = "household" with scope = "{self.scope}": leave `per` out; it is for the'
                f" scopes {', '.join(_PER_PRODUCT)}"
            )
        return self


class CoolDownSettings(Settings):
    """How long a customer who declined is not presented the product, or its category, again.

    Counted from the last time; 0: no cool-down. All are milliseconds.
    """

    declined_product_ms: CoolDown = 90 * DAY_MS
    """After declining: for the product."""
    declined_category_ms: CoolDown = 30 * DAY_MS
    """After declining: for all products of its category."""
    declined_twice_product_ms: CoolDown = 365 * DAY_MS
    """After declining the product on two occasions: for the product."""
    declined_twice_category_ms: CoolDown = 180 * DAY_MS
    """After declining products of the category on two occasions: for the category."""
    declines_kept_ms: int = Field(365 * DAY_MS, ge=SECOND_MS, le=LONGEST_MS)
    """Two occasions are two if the second is within this time of the first."""
    not_now_ms: CoolDown = 14 * DAY_MS
    """After "not now": for the product."""

    @model_validator(mode="after")
    def _twice_is_not_shorter(self) -> Self:
        for of in ("product", "category"):
            once = getattr(self, f"declined_{of}_ms")
            twice = getattr(self, f"declined_twice_{of}_ms")
            if twice < once:
                raise ValueError(
                    f"declined_twice_{of}_ms = {twice} is less than declined_{of}_ms = {once}:"
                    " it must be at least that"
                )
        return self


def _default_limits() -> list[FatigueLimit]:
    return [
        FatigueLimit(scope="customer", most=3, window_ms=90 * DAY_MS),
        FatigueLimit(scope="household", most=3, window_ms=90 * DAY_MS),
    ]


class MarketingSettings(Settings):
    """What may be presented to whom."""

    enabled: bool = False
    """Whether products are selected and presented at all."""
    products_least: int = Field(3, ge=1, le=20)
    """How many products a round is to have; fewer only if fewer may be presented."""
    products_most: int = Field(5, ge=1, le=20)
    """How many products a round has at most."""
    consent: ConsentRule = "opt_in"
    """What the law asks for. none_needed: nothing. opt_out: that the customer is known not to have
    objected. opt_in: a consent with proof of when, how, and to which wording."""
    consent_by_purpose: dict[Annotated[str, Field(pattern=ID_PATTERN)], ConsentRule] = Field(
        default_factory=dict
    )
    """Another rule for single product categories."""
    must_know: list[Fact] = Field(default_factory=lambda: list(get_args(Fact)))
    """Facts without which nothing is presented; household only while a limit is for households.
    One left out bars only where it is known; without household, one who has none known counts
    alone."""
    stages: list[RelationshipStage] = Field(
        default_factory=lambda: [RelationshipStage.GROW, RelationshipStage.MATURE], min_length=1
    )
    """Stages of the relationship in which more is presented."""
    rounds_per_contact: int = Field(1, ge=1, le=20)
    """How many rounds of products one contact may have."""
    limits: list[FatigueLimit] = Field(default_factory=_default_limits)
    """Limits on presentations, all of which hold."""
    cool_down: CoolDownSettings = CoolDownSettings()
    reservation_ms: int = Field(4 * HOUR_MS, ge=MINUTE_MS, le=DAY_MS)
    """A round that was selected, but neither presented nor released for this long, counts as
    presented then, milliseconds."""
    certificates_needed: bool = True
    """Whether an agent presents only products of categories with a valid certificate."""
    learner_load_max: int = Field(-3, ge=-100_000, le=100_000)
    """Learners present only while contacts waiting less agents idle are at most this."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.products_least > self.products_most:
            raise ValueError(
                f"products_least = {self.products_least} is more than products_most ="
                f" {self.products_most}: it must be at most that"
            )
        seen = set()
        for number, limit in enumerate(self.limits, 1):
            key = (limit.scope, limit.per, limit.window_ms)
            if key in seen:
                raise ValueError(
                    f"limits[#{number}] has the scope and window of another: of two limits on the"
                    " same, keep the one that is meant"
                )
            seen.add(key)
        return self

    def consent_rule(self, category: str) -> ConsentRule:
        """Return the rule for products of a category."""
        return self.consent_by_purpose.get(category, self.consent)

    def counts_households(self) -> bool:
        """Tell whether a limit counts what a household is presented."""
        return any("household" in (limit.scope, limit.per) for limit in self.limits)

    def longest_window_ms(self) -> int:
        """Return the length of the longest window of all limits, 0 without any."""
        return max((limit.window_ms for limit in self.limits), default=0)

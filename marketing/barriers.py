"""Why a product may not be presented: codes with values; words are made where they are read."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Barrier(StrEnum):
    """What stands between a product and a contact. `unknown_...`: a rule asks, nobody knows."""

    NOT_PRESENTED = "not_presented"
    NO_CERTIFICATE = "no_certificate"
    NOT_BEGUN = "not_begun"
    OVER = "over"
    SOLD_OUT = "sold_out"
    ALREADY_HELD = "already_held"
    UNKNOWN_REASON = "unknown_reason"
    REASON_EXCLUDED = "reason_excluded"
    UNKNOWN_SEGMENT = "unknown_segment"
    WRONG_SEGMENT = "wrong_segment"
    UNKNOWN_GRADE = "unknown_grade"
    GRADE_TOO_LOW = "grade_too_low"
    GRADE_TOO_HIGH = "grade_too_high"
    UNKNOWN_STAGE = "unknown_stage"
    WRONG_STAGE = "wrong_stage"
    UNKNOWN_TIER = "unknown_tier"
    WRONG_TIER = "wrong_tier"
    UNKNOWN_AGE = "unknown_age"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    UNKNOWN_REGION = "unknown_region"
    WRONG_REGION = "wrong_region"
    UNKNOWN_LANGUAGE = "unknown_language"
    WRONG_LANGUAGE = "wrong_language"
    UNKNOWN_HELD = "unknown_held"
    NEEDED_NOT_HELD = "needed_not_held"
    EXCLUDED_HELD = "excluded_held"


class Ineligible(msgspec.Struct, frozen=True, gc=False):
    """The first barrier found for one product: what there is, and what the rule asks for.

    `have` is None where it is unknown; `want` is the bound, day, certificate, product or category,
    and None where the rule is a list (it stands in the catalogue).
    """

    product_id: str
    barrier: Barrier
    have: str | int | None = None
    want: str | int | None = None

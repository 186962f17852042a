"""Segments of customers as rules over what is known of them: and, or, not, as data."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from config.base import Settings
from config.routing import Id

KNOWN_FIELDS = ("segment", "grade", "tier", "stage", "age", "region", "language")
"""Fields of the customer's context that a rule may name; all else is one of its `attributes`."""

_TESTS = ("is_any_of", "at_least", "at_most")
_KINDS = ("all", "any", "none", "attribute")


class SegmentRule(Settings):
    """One of: all rules hold, any holds, none holds, or a test of one attribute.

    A test holds if the attribute is one of `is_any_of`, or a number within the bounds.
    """

    all: list[SegmentRule] | None = Field(None, min_length=1)
    any: list[SegmentRule] | None = Field(None, min_length=1)
    none: list[SegmentRule] | None = Field(None, min_length=1)
    attribute: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    is_any_of: list[str | float] | None = Field(None, min_length=1)
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _is_one_rule(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in _KINDS) != 1:
            raise ValueError(f"give exactly one of {', '.join(_KINDS)}")
        tests = [one for one in _TESTS if getattr(self, one) is not None]
        if self.attribute is None and tests:
            raise ValueError(f"{tests[0]} needs attribute beside it")
        if self.attribute is not None and not tests:
            raise ValueError(f"attribute needs one of {', '.join(_TESTS)} beside it")
        if self.is_any_of is not None and len(tests) > 1:
            raise ValueError("give either is_any_of or bounds (at_least, at_most)")
        self._refuse_empty_bounds()
        return self

    def _refuse_empty_bounds(self) -> None:
        low, high = self.at_least, self.at_most
        if low is not None and high is not None and low > high:
            raise ValueError(f"at_least = {low:g} is above at_most = {high:g}: it can never hold")


class Segment(Settings):
    """A named group of customers: those for whom the rule holds."""

    segment_id: Id
    rule: SegmentRule

"""The catalogue: products that may be presented, to whom, in which campaigns, and the playbook.

Frozen pydantic models; `catalogue_loader.load_catalogue` reads a file. Values are thousandths of
one unit, the same that the gate's `value_milli` is in. Days are local days, both ends included.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.base import Settings
from config.routing import Id
from config.segments import Segment
from contacts.customer import RelationshipStage

LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
LANGUAGE_RULE = 'a language tag in quotes, as "en", "zh" or "zh-Hant"'

Language = Annotated[str, Field(pattern=LANGUAGE_PATTERN)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Word = Annotated[str, Field(min_length=1, max_length=128)]
Reason = Annotated[str, Field(min_length=1, max_length=64)]
Milli = Annotated[int, Field(ge=0, le=1_000_000_000_000)]
Names = Annotated[dict[Language, Text], Field(min_length=1)]


class Bounds(Settings):
    """From `min` to `max`, both included; one of them may be left out."""

    min: int | None = None
    max: int | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("is an empty table; give min, max or both, as { min = 18 }")
        return self


class Age(Bounds):
    """Ages in years."""

    min: int | None = Field(None, ge=0, le=150)
    max: int | None = Field(None, ge=0, le=150)


class Eligibility(Settings):
    """Who may be shown a product. What is left out is not asked; all that is given must hold.

    Where a rule asks for something that is not known of the customer, the rule does not hold.
    """

    segments: list[Id] = Field(default_factory=list)
    """The customer's segment, or one whose rule holds, is one of these."""
    grade: Bounds | None = None
    """The customer's grade, higher is better."""
    stages: list[RelationshipStage] = Field(default_factory=list)
    """Where the relation stands: establish, adapt, grow, mature, decline."""
    tiers: list[Word] = Field(default_factory=list)
    """Club tiers."""
    needs_held: list[Id] = Field(default_factory=list)
    """Products, or categories, of which the customer must hold each."""
    excludes_held: list[Id] = Field(default_factory=list)
    """Products, or categories, of which the customer must hold none."""
    age: Age | None = None
    regions: list[Word] = Field(default_factory=list)
    languages: list[Language] = Field(default_factory=list)
    """The customer's language; "zh" also stands for "zh-Hant"."""
    not_for_reasons: list[Reason] = Field(default_factory=list)
    """Contact reasons with which it is never shown. A contact without a reason is not shown it."""
    first_day: date | None = None
    """The first day on which it is shown."""
    last_day: date | None = None
    """The last day on which it is shown."""


class Product(Settings):
    """Something an agent may present."""

    product_id: Id
    category: Id
    names: Names
    """Its name by language."""
    value_milli: Milli
    """What an acceptance is worth, thousandths."""
    difficulty: float = Field(1.0, gt=0, le=100)
    """How much harder than an average product it is to have accepted; for scorecards."""
    certificate: Id | None = None
    """The certificate an agent must hold to present it. Left out: that of its category."""
    campaign_id: Id | None = None
    is_presented: bool = True
    """false: never shown; it is listed so that rules can name what customers hold."""
    is_repeatable: bool = False
    """Whether one who holds it may be shown it again."""
    not_with: list[Id] = Field(default_factory=list)
    """Products never shown beside it; it holds both ways."""
    stock: int | None = Field(None, ge=0, le=1_000_000_000)
    """How many acceptances there can be. Left out: no limit."""
    cost_milli: Milli = 0
    """What an acceptance takes from its own budget and its campaign's, thousandths."""
    budget_milli: Milli | None = None
    """What all its acceptances may cost. Left out: no limit."""
    talking_points: dict[Language, list[Text]] = Field(default_factory=dict)
    """What the agent can say, by language, the best first."""
    eligibility: Eligibility = Eligibility()

    @property
    def certificate_needed(self) -> str:
        """The certificate an agent must hold to present it."""
        return self.certificate or self.category


class Campaign(Settings):
    """Products that are pushed together for a time."""

    campaign_id: Id
    names: dict[Language, Text] = Field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
    budget_milli: Milli | None = None
    """What all acceptances of its products may cost. Left out: no limit."""


class Suggestion(Settings):
    """A product or a category that fits a contact reason; that of a product goes first."""

    product: Id | None = None
    category: Id | None = None
    weight: float = Field(gt=0, le=1_000)
    """How well it fits: 3 means three times the odds of acceptance of a product not named."""

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        if (self.product is None) == (self.category is None):
            raise ValueError("give either product or category")
        return self


class PlaybookEntry(Settings):
    """What to suggest to customers who come with a reason: the prior, before any reaction."""

    reason: Reason
    """The contact reason, as bridges send it."""
    names: dict[Language, Text] = Field(default_factory=dict)
    """The reason in words that agents read, by language."""
    suggests: list[Suggestion]


class Difficulties(Settings):
    """Weights revised from what happened, in place of those of the products.

    `tidegate difficulty propose --write` writes this table.
    """

    version: Word
    """Names this revision; the outcome store keeps the history of the weights by it."""
    weights: dict[Id, Annotated[float, Field(gt=0, le=100)]]
    """By product; products that are not named keep their own."""


class Catalogue(Settings):
    """All of it."""

    products: list[Product] = Field(min_length=1)
    campaigns: list[Campaign] = Field(default_factory=list)
    playbook: list[PlaybookEntry] = Field(default_factory=list)
    segments: list[Segment] = Field(default_factory=list)
    difficulties: Difficulties | None = None

    def difficulty_of(self, product: Product) -> float:
        """Return a product's weight: the revised one, if there is one."""
        weights = self.difficulties.weights if self.difficulties is not None else {}
        return weights.get(product.product_id, product.difficulty)

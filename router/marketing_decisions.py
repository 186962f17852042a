"""Decisions about products: what was selected, presented, said, learned and sold."""

from __future__ import annotations

from typing import Any

from contacts.customer import CustomerContext
from contacts.vocabulary import FollowUp
from marketing.ledger_changes import AnyLedgerChange
from marketing.preference_values import Context, Learned
from marketing.rounds import Progress
from marketing.selection import SelectedProduct
from router.decision import Decision


class CatalogueApplied(Decision, frozen=True, gc=False, tag="catalogue_applied"):
    """This catalogue is in force; None: there is none."""

    catalogue: dict[str, Any] | None


class CustomerContextSet(Decision, frozen=True, gc=False, tag="customer_context_set"):
    """What is known of a live contact's customer from now on."""

    contact_id: str
    context: CustomerContext


class ProductsSelected(Decision, frozen=True, gc=False, tag="products_selected"):
    """What the agent may present in this round, best first, with reasons and propensities.

    `asked` is how many there should be at least; `barred` says how many products each code barred.
    `seed` drew them, `context` is what the preference model looked at, `context_version` the state
    of the customer's record. `is_exact`: the propensities are whole probabilities; without it (some
    of the products permitted bar one another) each is that of the product's last draw, and says too
    little for weighing by it.
    """

    contact_id: str
    agent_id: str
    round_id: str
    customer_id: str
    products: tuple[SelectedProduct, ...]
    asked: int
    barred: dict[str, int]
    seed: int
    context: Context
    context_version: str
    is_exact: bool = False


class ProductsRestated(Decision, frozen=True, gc=False, tag="products_restated"):
    """A round as it stands, told again to an agent who may have missed it: nothing has changed.

    The fields are those of `ProductsSelected`; `progress` is by product.
    """

    contact_id: str
    agent_id: str
    round_id: str
    products: tuple[SelectedProduct, ...]
    asked: int
    barred: dict[str, int]
    progress: dict[str, Progress]


class ProductsWithdrawn(Decision, frozen=True, gc=False, tag="products_withdrawn"):
    """Of a round these may not be presented after all: the code of why, by product."""

    contact_id: str
    agent_id: str
    round_id: str
    why: dict[str, str]


class LedgerChanged(Decision, frozen=True, gc=False, tag="ledger_changed"):
    """A change of what customers were presented and said (`marketing/ledger_changes.py`)."""

    change: AnyLedgerChange


class PreferencesLearned(Decision, frozen=True, gc=False, tag="preferences_learned"):
    """The values a reaction sets in the preference model."""

    learned: Learned


class SaleRecorded(Decision, frozen=True, gc=False, tag="sale_recorded"):
    """A product was accepted, or (`is_cancelled`) that was corrected."""

    contact_id: str
    round_id: str
    customer_id: str
    agent_id: str
    product_id: str
    value_milli: int
    is_cancelled: bool = False


class FollowUpSet(Decision, frozen=True, gc=False, tag="follow_up_set"):
    """Something is to be done after a reaction, or (`is_cancelled`) no longer is."""

    contact_id: str
    round_id: str
    customer_id: str
    product_id: str
    kind: FollowUp
    is_cancelled: bool = False


AnyMarketingDecision = (
    CatalogueApplied
    | CustomerContextSet
    | ProductsSelected
    | ProductsRestated
    | ProductsWithdrawn
    | LedgerChanged
    | PreferencesLearned
    | SaleRecorded
    | FollowUpSet
)

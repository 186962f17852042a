"""What the engine knows of products and of who was presented what. Part of the live state.

Only `router/changes/marketing.py` changes it. What the preference model looked at is kept for the
last rounds, so that a reaction can be learned; older ones are noted all the same, not learned.
"""

from __future__ import annotations

from hashlib import sha256
from math import log
from typing import Any

import msgspec

from config.catalogue import Catalogue
from contacts.customer import CustomerContext
from marketing.catalogue import CatalogueIndex
from marketing.ledger import Ledger, LedgerSnapshot, dump_ledger, load_ledger
from marketing.preference_learning import PRIOR
from marketing.preference_prior import SAID_BY_PLAYBOOKS, STRONGEST, Recommended, cold_start
from marketing.preference_values import Context, Learned
from marketing.preferences import Preferences
from router.marketing_decisions import ProductsSelected

ROUNDS_TO_LEARN = 20_000


class Spent(msgspec.Struct, gc=False):
    """Of a product or campaign: how many were accepted, and what that cost, thousandths."""

    accepted: int = 0
    cost_milli: int = 0


class OffersSnapshot(msgspec.Struct):
    """Everything as plain values."""

    catalogue: dict[str, Any] | None = None
    ledger: LedgerSnapshot = msgspec.field(default_factory=LedgerSnapshot)
    learned: Learned = msgspec.field(default_factory=Learned)
    contexts: dict[str, CustomerContext] = {}
    to_learn: dict[str, Context] = {}
    products: dict[str, Spent] = {}
    campaigns: dict[str, Spent] = {}
    in_hand: dict[str, ProductsSelected] = {}


class Offers:
    """Catalogue (`version` tells it from others), ledger, preferences; `contexts` by live contact,
    `to_learn` by round.

    `in_hand` are the rounds, by id, of the contacts that agents have in hand, wrap-up included.
    """

    def __init__(self) -> None:
        self.catalogue: dict[str, Any] | None = None
        self.version: str | None = None
        self.index: CatalogueIndex | None = None
        self.ledger = Ledger()
        self.preferences = Preferences()
        self.contexts: dict[str, CustomerContext] = {}
        self.to_learn: dict[str, Context] = {}
        self.products: dict[str, Spent] = {}
        self.campaigns: dict[str, Spent] = {}
        self.in_hand: dict[str, ProductsSelected] = {}

    def set_catalogue(self, catalogue: dict[str, Any] | None) -> None:
        """Put a catalogue in force. Raises ValidationError if it is none."""
        self.catalogue = catalogue
        self.version = None if catalogue is None else _checksum(catalogue)
        self.index = None
        if catalogue is not None:
            self.index = CatalogueIndex(Catalogue.model_validate(catalogue))
            self._start_from(self.index.catalogue)

    def _start_from(self, catalogue: Catalogue) -> None:
        """Believe the playbook where nothing was learned; it gives ratios of odds.

        What an earlier playbook said and this one does not is believed no more.
        """
        said = cold_start(
            {
                entry.reason: [
                    Recommended(_log_odds(one.weight), one.product, one.category)
                    for one in entry.suggests
                ]
                for entry in catalogue.playbook
            }
        )
        weights = self.preferences.weights
        unsaid = {name: PRIOR[name[0]] for name in weights if name[0] in SAID_BY_PLAYBOOKS}
        new = tuple(
            (name, weight)
            for name, weight in (unsaid | dict(said.weights)).items()
            if name not in weights or not weights[name].presented
        )
        self.preferences.apply(Learned(weights=new))

    def left(self) -> dict[str, int | None]:
        """Return how many more of each limited product can be accepted. O(limited products)."""
        if self.index is None:
            return {}
        found = {}
        for product_id in self.index.limited:
            product = self.index.items[product_id].product
            spent = self.products.get(product_id, Spent())
            campaign = self.campaigns.get(product.campaign_id or "", Spent())
            found[product_id] = self.index.units_left(
                product_id,
                accepted=spent.accepted,
                spent_milli=spent.cost_milli,
                campaign_spent_milli=campaign.cost_milli,
            )
        return found

    def keep_to_learn(self, round_id: str, context: Context) -> None:
        """Keep what the model looked at; the oldest goes when there are too many."""
        self.to_learn[round_id] = context
        if len(self.to_learn) > ROUNDS_TO_LEARN:
            del self.to_learn[next(iter(self.to_learn))]

    def snapshot(self) -> OffersSnapshot:
        """Return everything as plain values, to be written at once."""
        return OffersSnapshot(
            self.catalogue,
            dump_ledger(self.ledger),
            self.preferences.snapshot(),
            self.contexts,
            self.to_learn,
            self.products,
            self.campaigns,
            self.in_hand,
        )

    @classmethod
    def of(cls, snapshot: OffersSnapshot) -> Offers:
        """Return what `snapshot` gave."""
        offers = cls()
        offers.set_catalogue(snapshot.catalogue)
        offers.ledger = load_ledger(snapshot.ledger)
        offers.preferences.apply(snapshot.learned)
        offers.contexts, offers.to_learn = snapshot.contexts, snapshot.to_learn
        offers.products, offers.campaigns = snapshot.products, snapshot.campaigns
        offers.in_hand = snapshot.in_hand
        return offers


def _checksum(catalogue: dict[str, Any]) -> str:
    """Return 16 hex digits that tell a catalogue from all others."""
    everything = msgspec.json.encode(catalogue, order="deterministic")
    return sha256(everything).hexdigest()[:16]


def _log_odds(ratio: float) -> float:
    """Return what a ratio of odds adds to the log-odds, within the bounds of the model."""
    return round(min(max(log(ratio), -STRONGEST), STRONGEST), 6)

"""What was in force and known at each moment, from the journal's inputs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from config.routing import RoutingSettings
from contacts.customer import NOTHING_KNOWN, CustomerContext
from outcomes.marketing_check.catalogue import Moment, Shelf
from outcomes.marketing_check.fatigue import Limit, Row, Rules
from router import decisions as d
from router import events as e
from router import marketing_decisions as m
from router import marketing_events as me
from router.event import Event


class Caller(NamedTuple):
    """A contact: whose it is, why they called, where it waits or is served, what it said it is
    worth.
    """

    customer_id: str | None
    reason: str | None
    queue_id: str
    agent_id: str = ""
    value_milli: int | None = None


class Facts:
    """Follows the inputs. Sales and who serves whom are the engine's word: its decisions."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.shelf: Shelf | None = None
        self.marketing: dict[str, Any] = RoutingSettings().marketing.model_dump(mode="json")
        self.agents: dict[str, dict[str, Any]] = {}
        self.zones: dict[str, ZoneInfo] = {}
        self.gates: dict[str, dict[str, Any]] = {}
        self.emergency = False
        self.callers: dict[str, Caller] = {}
        self.contexts: dict[str, CustomerContext] = {}
        self.sold: dict[str, tuple[int, int]] = {}
        self.spent: dict[str, int] = {}

    def hear(self, event: Event) -> None:
        """Take in an input that was carried out."""
        match event:
            case e.ConfigurationChanged(settings=raw):
                settings = RoutingSettings.model_validate(raw).model_dump(mode="json")
                self.marketing = settings["marketing"]
                self.agents = {one["agent_id"]: one for one in settings["agents"]}
                self.zones = {q["queue_id"]: ZoneInfo(q["time_zone"]) for q in settings["queues"]}
                self.gates = {q["queue_id"]: q["gate"] for q in settings["queues"]}
            case me.CatalogueChanged(catalogue=catalogue):
                self.shelf = Shelf(catalogue) if catalogue is not None else None
            case e.ContactArrived():
                one = Caller(
                    event.customer_id,
                    event.reason,
                    event.queue_id,
                    value_milli=event.value_milli,
                )
                self.callers[event.contact_id] = one
                self.contexts.pop(event.contact_id, None)
                if event.context is not None:
                    self.contexts[event.contact_id] = event.context
            case me.CustomerContextAttached(contact_id=contact_id, context=context):
                self.contexts[contact_id] = context
            case e.EmergencyDeclared():
                self.emergency = True
            case e.EmergencyCleared():
                self.emergency = False
            case _:
                pass

    def follow(self, decision: Any) -> None:
        """Take in what the engine says of who serves whom, and of sales."""
        match decision:
            case d.ContactReserved(contact_id=contact_id, agent_id=agent_id, queue_id=queue_id):
                known = self.callers.get(contact_id, Caller(None, None, queue_id))
                served = known._replace(agent_id=agent_id, queue_id=queue_id)
                self.callers[contact_id] = served
            case d.OutcomeRecorded(contact_id=contact_id, final=True):
                self.callers.pop(contact_id, None)
                self.contexts.pop(contact_id, None)
            case m.SaleRecorded(product_id=product_id, is_cancelled=is_cancelled):
                self._sell(product_id, -1 if is_cancelled else 1)
            case _:
                pass

    def _sell(self, product_id: str, sign: int) -> None:
        product = self.shelf.products.get(product_id) if self.shelf is not None else None
        if product is None:
            return
        accepted, cost = self.sold.get(product_id, (0, 0))
        more = sign * (product.get("cost_milli") or 0)
        self.sold[product_id] = accepted + sign, cost + more
        campaign = product.get("campaign_id")
        if campaign:
            self.spent[campaign] = self.spent.get(campaign, 0) + more

    def context(self, contact_id: str) -> CustomerContext:
        """Return what is known of a contact's customer."""
        return self.contexts.get(contact_id, NOTHING_KNOWN)

    def moment(self, contact_id: str) -> Moment:
        """Return what the catalogue's rules depend on."""
        caller = self.callers.get(contact_id, Caller(None, None, ""))
        day = self._day(caller.queue_id)
        return Moment(self.context(contact_id), caller.reason, day, self.sold, self.spent)

    def asking(self, contact_id: str) -> Row | None:
        """Return a row for asking which limits bind now; None: nobody knows the customer."""
        caller = self.callers.get(contact_id)
        if caller is None or caller.customer_id is None:
            return None
        household = self.context(contact_id).household_id or f"/{caller.customer_id}"
        return Row(self.now_ms, "asked", caller.customer_id, household, contact_id)

    def certificates(self, contact_id: str) -> set[str] | None:
        """Return the certificates valid now of the agent who serves; None: all there are."""
        if not self.marketing["certificates_needed"]:
            return None
        caller = self.callers.get(contact_id, Caller(None, None, ""))
        held: Mapping[str, str] = self.agents.get(caller.agent_id, {}).get("certificates", {})
        day = self._day(caller.queue_id)
        valid = {name for name, last in held.items() if last == "none" or day <= last}
        return None if "*" in valid else valid

    def _day(self, queue_id: str) -> str:
        zone = self.zones.get(queue_id, ZoneInfo("UTC"))
        return datetime.fromtimestamp(self.now_ms / 1_000, UTC).astimezone(zone).date().isoformat()

    def rules(self) -> Rules:
        """Return the limits in force."""
        cool = self.marketing["cool_down"]
        return Rules(
            self.marketing["rounds_per_contact"],
            tuple(Limit(**one) for one in self.marketing["limits"]),
            {
                of: (cool[f"declined_{of}_ms"], cool[f"declined_twice_{of}_ms"])
                for of in ("product", "category")
            },
            cool["declines_kept_ms"],
            cool["not_now_ms"],
            self.marketing["reservation_ms"],
        )

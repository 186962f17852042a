"""The check: every selection and every presentation in a journal against every rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from marketing import ledger_changes as c
from outcomes.marketing_check.bars import bar_one_another, bars
from outcomes.marketing_check.catalogue import Shelf
from outcomes.marketing_check.facts import Facts
from outcomes.marketing_check.fatigue import FatigueChecker, Row
from outcomes.marketing_check.fatigue_rows import RowMaker, about
from outcomes.marketing_check.law import consent_bar, customer_bars
from outcomes.marketing_check.worth import wrong_value
from router import decisions as d
from router import marketing_decisions as m
from router import marketing_events as me
from router.event import Event
from router.records import Record

BREACHES_LISTED = 100


class Breach(msgspec.Struct, frozen=True):
    """A rule broken at record `seq`, in words."""

    seq: int
    rule: str
    detail: str


class MarketingReport(msgspec.Struct):
    """What was looked at and what is wrong. `bound`: how many candidates each rule barred.

    A candidate is one product of the catalogue at one contact whose agent asked the gate. All rules
    that bar it are counted, not the first alone.
    """

    records: int = 0
    asked: int = 0
    candidates: int = 0
    selected: int = 0
    presented: int = 0
    breaches_total: int = 0
    breaches: list[Breach] = []
    bound: dict[str, int] = {}


class Selected(NamedTuple):
    """For which contact a round was selected, and for which agent to present."""

    contact_id: str
    agent_id: str


class MarketingCheck:
    """Takes records in the journal's order; `report` is what was found so far."""

    def __init__(self) -> None:
        self.report = MarketingReport()
        self.facts = Facts()
        self._fatigue = FatigueChecker(self.facts.rules())
        self._maker = RowMaker()
        self._rounds: dict[str, Selected] = {}
        self._permitted: dict[str, set[str]] = {}
        self._event: Event | None = None
        self._seq = 0

    def see(self, record: Record) -> None:
        """Take in one record."""
        facts, event, decisions = self.facts, record.event, record.decisions
        self._seq, self._event = record.seq, record.event
        self.report.records += 1
        facts.now_ms = max(facts.now_ms, event.at_ms)
        if not any(isinstance(one, d.EventRejected) for one in decisions):
            facts.hear(event)
            self._fatigue.rules = facts.rules()
            if isinstance(event, me.NeverSaid):
                self._hear_never(event)
        self._count_candidates(decisions)
        for one in decisions:
            if isinstance(one, m.ProductsSelected):
                self._rounds[one.round_id] = Selected(one.contact_id, one.agent_id)
                self._judge_selection(one)
                self._judge_propensities(one)
            elif isinstance(one, d.MarketingDecided):
                wrong = wrong_value(facts, one, decisions)
                if wrong is not None:
                    self._breach("value", f"contact {one.contact_id}: {wrong}")
            elif isinstance(one, m.LedgerChanged):
                self._judge_change(one.change)
            facts.follow(one)

    # --- what is judged -----------------------------------------------------------------

    def _judge_selection(self, one: m.ProductsSelected) -> None:
        facts, contact_id = self.facts, one.contact_id
        self.report.selected += len(one.products)
        self._judge_round(one)
        if facts.shelf is None:
            return self._breach("catalogue", f"round {one.round_id}: no catalogue was in force")
        found = facts.shelf.bars(facts.moment(contact_id))
        ids = [each.ref.product_id for each in one.products]
        for each in one.products:
            ref = each.ref
            product = facts.shelf.products.get(ref.product_id)
            where = f"{ref.product_id} selected for {one.customer_id} in {one.round_id}"
            if product is None:
                self._breach("catalogue", f"{where}: it is not in the catalogue")
                continue
            if (product["category"], product.get("campaign_id")) != (ref.category, ref.campaign_id):
                self._breach("catalogue", f"{where}: not its category or campaign")
            for rule in sorted(found.get(ref.product_id, ())):
                self._breach(f"catalogue_{rule}", f"{where}: the catalogue's rule bars it")
            self._judge_certificate(contact_id, ref.product_id, where)
            if not set(product.get("not_with") or ()).isdisjoint(ids):
                self._breach("not_with", f"{where}: beside what it is never shown with")
            self._judge_law(contact_id, ref.category, where)
            self._judge_proof(each.permission.consent, contact_id, ref.category, where)
        return None

    def _judge_round(self, one: m.ProductsSelected) -> None:
        """It is for the customer of the contact, by the agent who serves, and not too long."""
        caller = self.facts.callers.get(one.contact_id)
        if caller is None or caller.customer_id != one.customer_id:
            self._breach("customer", f"round {one.round_id} is not for the contact's customer")
        if caller is not None and caller.agent_id != one.agent_id:
            self._breach("agent", f"{one.agent_id} does not serve contact {one.contact_id}")
        if len(one.products) > self.facts.marketing["products_most"]:
            self._breach("size", f"round {one.round_id} has {len(one.products)} products")

    def _judge_certificate(self, contact_id: str, product_id: str, where: str) -> None:
        certificates, shelf = self.facts.certificates(contact_id), self.facts.shelf
        needed = shelf.certificate(product_id) if shelf is not None else ""
        if certificates is not None and needed not in certificates:
            self._breach("certificate", f"{where}: the agent has no valid {needed}")

    def _judge_propensities(self, one: m.ProductsSelected) -> None:
        """They are said to be exact only if no permitted product bars another."""
        shelf, row = self.facts.shelf, self.facts.asking(one.contact_id)
        permitted = self._permitted.get(one.contact_id)
        if not one.is_exact or shelf is None or row is None or permitted is None:
            return
        if bar_one_another(shelf, self._fatigue, row, permitted):
            self._breach("propensity", f"round {one.round_id}: permitted products bar one another")

    def _judge_proof(self, proof: Any, contact_id: str, category: str, where: str) -> None:
        """The consent that was written down is one that the customer gave."""
        marketing = self.facts.marketing
        if marketing["consent_by_purpose"].get(category, marketing["consent"]) != "opt_in":
            return
        if proof is None or proof not in (self.facts.context(contact_id).consents or ()):
            self._breach("consent_proof", f"{where}: the consent written down is not theirs")

    def _judge_law(self, contact_id: str, category: str, where: str) -> None:
        facts = self.facts
        context = facts.context(contact_id)
        for rule in sorted(customer_bars(facts.marketing, context, emergency=facts.emergency)):
            self._breach(rule, f"{where}: nothing may be presented to this customer")
        bar = consent_bar(facts.marketing, context, category, facts.now_ms)
        if bar is not None:
            self._breach(bar, f"{where}: no consent for {category} in force")

    def _judge_change(self, change: c.AnyLedgerChange) -> None:
        if isinstance(change, c.RoundReserved):
            agents = ("", one.agent_id) if (one := self._rounds.get(change.round_id)) else ()
            if change.agent_id not in agents:
                self._breach("agent", f"round {change.round_id} was not selected for that agent")
            household = self.facts.context(change.contact_id).household_id
            if change.who.household != (household or f"/{change.who.customer_id}"):
                self._breach("household", f"round {change.round_id}: not the customer's household")
        elif isinstance(change, c.FatigueCounted | c.RoundReleased | c.ReactionNoted):
            if change.round_id not in self._rounds:
                return self._breach("round", f"round {change.round_id} was never selected")
            self._judge_speaker(change)
        elif isinstance(change, c.Suppressed) or "/" not in change.source:
            return None  # what the customer said is taken from the input
        for row in self._maker.rows(self.facts.now_ms, change):
            broken = self._fatigue.see(row)
            where = f"{row.product} {row.event} for {row.customer} in {row.round}"
            if broken is not None:
                self._breach(f"limit_{broken}", f"{where}: over the limit, or asked not to")
            if row.event == "presented":
                self.report.presented += 1
                self._judge_presentation(row, where)
        return None

    def _judge_presentation(self, row: Row, where: str) -> None:
        """At the moment of presentation the law, the catalogue and the agent still permit it."""
        facts, shelf = self.facts, self.facts.shelf
        self._judge_law(row.contact, row.category, where)
        if shelf is None or row.product not in shelf.products:
            return self._breach("catalogue", f"{where}: it is not in the catalogue")
        for rule in sorted(shelf.bars(facts.moment(row.contact)).get(row.product, ())):
            self._breach(f"catalogue_{rule}", f"{where}: the catalogue's rule bars it")
        return self._judge_certificate(row.contact, row.product, where)

    def _judge_speaker(self, change: c.FatigueCounted | c.RoundReleased | c.ReactionNoted) -> None:
        """An agent's client speaks only for the agent's own rounds; nobody presents another's."""
        event, selected = self._event, self._rounds[change.round_id]
        is_theirs = isinstance(event, me.ReactionRecorded) and event.source.startswith("agent/")
        if isinstance(event, me.ProductsPresented) or is_theirs:
            speaker = getattr(event, "agent_id", "")
            if speaker != selected.agent_id:
                self._breach("speaker", f"{speaker} spoke for round {change.round_id}")

    def _hear_never(self, event: me.NeverSaid) -> None:
        verb = "unsaid" if event.is_taken_back else "said"
        row = Row(self.facts.now_ms, f"{verb}_{event.scope}", event.customer_id)
        if event.of:
            row = about(row, event.scope, event.of)
        source = "" if event.is_taken_back else event.source or "customer"
        self._fatigue.see(row._replace(source=source))

    # --- what bound ---------------------------------------------------------------------

    def _count_candidates(self, decisions: Iterable[Any]) -> None:
        """Count which rules bar which products, at each contact whose gate asked for products."""
        self._permitted.clear()
        for one in decisions:
            if not isinstance(one, d.MarketingDecided) or self.facts.shelf is None:
                continue
            is_granted = one.granted and self.facts.marketing["enabled"]
            if one.reason.startswith("products_") or one.from_products or is_granted:
                self.report.asked += 1
                self._bind(one.contact_id, self.facts.shelf)

    def _bind(self, contact_id: str, shelf: Shelf) -> None:
        self.report.candidates += len(shelf.products)
        barred = bars(self.facts, shelf, self._fatigue, contact_id)
        for rule, names in barred.items():
            self.report.bound[rule] = self.report.bound.get(rule, 0) + len(names)
        self._permitted[contact_id] = set(shelf.products).difference(*barred.values())

    def _breach(self, rule: str, detail: str) -> None:
        self.report.breaches_total += 1
        if len(self.report.breaches) < BREACHES_LISTED:
            self.report.breaches.append(Breach(self._seq, rule, detail))


def check_marketing(records: Iterable[Record]) -> MarketingReport:
    """Check all records of a journal, from its first."""
    check = MarketingCheck()
    for record in records:
        check.see(record)
    return check.report

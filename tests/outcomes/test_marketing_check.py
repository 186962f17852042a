"""Marketing checked from the journal alone: an honest journal is clean, each fault is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from contacts.customer import Consent, RelationshipStage
from contacts.vocabulary import ReactionKind
from marketing import ledger_changes as c
from outcomes.marketing_check.check import check_marketing
from router import events as e
from router import marketing_decisions as m
from router import marketing_events as me
from router.decisions import MarketingDecided
from router.records import Record
from service.cli import app
from tests.router.test_marketing import DAY, Shop
from tests.router.test_product_value import Priced
from tests.support.offers import CATEGORIES, a_customer, catalogue
from tests.support.played_journal import write_journal

LIMITS = [
    {"scope": "customer", "most": 2, "window_ms": 30 * DAY},
    {"scope": "household", "most": 3, "window_ms": 30 * DAY},
    {"scope": "product", "per": "household", "most": 2, "window_ms": 60 * DAY},
]


def play(shop: Shop, contacts: int) -> list[Record]:
    """Play contacts of twelve customers in four households, with every reaction."""
    random = Random(5)
    for number in range(contacts):
        who = random.randrange(12)
        context = a_customer(household_id=f"h{who // 3}", opted_out=random.random() < 0.1)
        name = shop.serve(f"c{number}", context, customer_id=f"u{who}", reason="statement")
        if shop.complete(f"c{number}").granted:
            [one] = shop.said(m.ProductsSelected)
            shop.present(f"c{number}")
            for each in one.products:
                kind = random.choice(list(ReactionKind))
                by = {"agent_id": name, "source": f"agent/{name}"}
                shop.react(f"c{number}", each.ref.product_id, kind, **by)
        shop.end(f"c{number}")
        shop.wait(random.randrange(6 * DAY))
    return shop.records


@pytest.fixture(scope="module")
def played() -> list[Record]:
    """Sixty contacts at an open gate."""
    return play(Shop(limits=LIMITS), 60)


@pytest.fixture(scope="module")
def priced() -> list[Record]:
    """Thirty contacts worth what their products are, at a price that some of them reach."""
    shop = Priced(1_800, limits=LIMITS, products_least=1, products_most=3)
    return play(shop, 30)


def test_what_the_engine_did_is_clean(played: list[Record]) -> None:
    report = check_marketing(played)
    assert report.breaches == []
    assert report.asked == 60
    assert report.candidates == 60 * 5
    assert report.presented > 40
    assert {"opted_out", "limit_customer", "limit_declined"} <= report.bound.keys()


def _context(**changes: Any) -> Callable[[Record], Record]:
    """Plant: customers were otherwise than the engine took them to be."""

    def change(record: Record) -> Record:
        if not isinstance(record.event, e.ContactArrived) or record.event.context is None:
            return record
        context = msgspec.structs.replace(record.event.context, **changes)
        return msgspec.structs.replace(
            record, event=msgspec.structs.replace(record.event, context=context)
        )

    return change


def _consent(**changes: Any) -> Callable[[Record], Record]:
    known: dict[str, Any] = {"purpose": "*", "given": True, "at_ms": 1, "how": "web"}
    return _context(consents=(Consent(**{**known, "wording": "2026-1", **changes}),))


def _settings(**marketing: Any) -> Callable[[Record], Record]:
    """Plant: stricter settings were in force than the engine kept to."""

    def change(record: Record) -> Record:
        if not isinstance(record.event, e.ConfigurationChanged):
            return record
        settings = {**record.event.settings}
        settings["marketing"] = settings["marketing"] | marketing
        event = msgspec.structs.replace(record.event, settings=settings)
        return msgspec.structs.replace(record, event=event)

    return change


def _no_certificates(record: Record) -> Record:
    return _certificates(record, {"*": "2023-01-01"})


def _certificates(record: Record, held: dict[str, str]) -> Record:
    if not isinstance(record.event, e.ConfigurationChanged):
        return record
    agents = [one | {"certificates": held} for one in record.event.settings["agents"]]
    event = msgspec.structs.replace(
        record.event, settings=record.event.settings | {"agents": agents}
    )
    return msgspec.structs.replace(record, event=event)


def _catalogue(**rules: Any) -> Callable[[Record], Record]:
    changed = dict.fromkeys(("gold", "travel", "loan", "plan", "news"), rules)

    def change(record: Record) -> Record:
        if not isinstance(record.event, me.CatalogueChanged):
            return record
        event = msgspec.structs.replace(record.event, catalogue=catalogue(**changed))
        return msgspec.structs.replace(record, event=event)

    return change


def _never_heard(record: Record) -> Record:
    """Plant: the customer had said never before all else."""
    if record.seq != 2:
        return record
    event = me.NeverSaid(
        event_id="x", at_ms=record.event.at_ms, customer_id="u1", scope="everything"
    )
    return Record(record.seq, event, record.decisions)


def _decision(kind: type, **changes: Any) -> Callable[[Record], Record]:
    def change(record: Record) -> Record:
        decisions = tuple(
            msgspec.structs.replace(one, **changes) if type(one) is kind else one
            for one in record.decisions
        )
        return msgspec.structs.replace(record, decisions=decisions)

    return change


def _lapsed_at_presentation(record: Record) -> Record:
    """Plant: the agents' certificates had ended when products were presented."""
    if not isinstance(record.event, me.ProductsPresented):
        return record
    event = msgspec.structs.replace(record.event, at_ms=record.event.at_ms + 800 * DAY)
    return msgspec.structs.replace(record, event=event)


def _by(kind: type, **changes: Any) -> Callable[[Record], Record]:
    """Plant: it was said otherwise than the engine took it."""

    def change(record: Record) -> Record:
        if type(record.event) is not kind:
            return record
        event = msgspec.structs.replace(record.event, **changes)
        return msgspec.structs.replace(record, event=event)

    return change


def _reserved(**changes: Any) -> Callable[[Record], Record]:
    """Plant: a round was reserved otherwise."""

    def change(record: Record) -> Record:
        decisions = tuple(
            m.LedgerChanged(msgspec.structs.replace(one.change, **changes))
            if isinstance(one, m.LedgerChanged) and isinstance(one.change, c.RoundReserved)
            else one
            for one in record.decisions
        )
        return msgspec.structs.replace(record, decisions=decisions)

    return change


def _wrong_household(record: Record) -> Record:
    reserved = [
        one.change
        for one in record.decisions
        if isinstance(one, m.LedgerChanged) and isinstance(one.change, c.RoundReserved)
    ]
    if not reserved:
        return record
    return _reserved(who=c.Who(reserved[0].who.customer_id, "other"))(record)


@dataclass
class Planted:
    rule: str
    change: Callable[[Record], Record]


FAULTS = [
    Planted("opted_out", _context(opted_out=True)),
    Planted("do_not_contact", _context(do_not_contact=True)),
    Planted("vulnerable", _context(vulnerable=True)),
    Planted("complaint", _context(open_complaints=1)),
    Planted("stage", _context(stage=RelationshipStage.DECLINE)),
    Planted("unknown_fact", _context(vulnerable=None)),
    Planted("consent_missing", _context(consents=())),
    Planted("consent_unproven", _consent(how="")),
    Planted("consent_expired", _consent(until_ms=2)),
    Planted("consent_withdrawn", _consent(given=False)),
    Planted("consent_proof", _consent(wording="another")),
    Planted("certificate", _no_certificates),
    Planted("catalogue_segment", _catalogue(eligibility={"segments": ["students"]})),
    Planted("catalogue_dates", _catalogue(eligibility={"last_day": "2023-01-01"})),
    Planted("catalogue_age", _catalogue(eligibility={"age": {"min": 18}})),
    Planted("catalogue_reason", _catalogue(eligibility={"not_for_reasons": ["statement"]})),
    Planted("catalogue_sold_out", _catalogue(stock=0)),
    Planted("not_with", _catalogue(not_with=["gold", "loan"])),
    Planted("limit_customer", _settings(limits=[{**LIMITS[0], "most": 1}])),
    Planted("limit_household", _settings(limits=[{**LIMITS[1], "most": 1}])),
    Planted("limit_product", _settings(limits=[{**LIMITS[2], "most": 1}])),
    Planted("limit_category", _settings(limits=[{**LIMITS[0], "scope": "category", "most": 1}])),
    Planted(
        "limit_declined",
        _settings(cool_down={"declined_product_ms": 10**11, "declined_twice_product_ms": 10**11}),
    ),
    Planted("limit_never", _never_heard),
    Planted("size", _settings(products_most=3)),
    Planted("customer", _decision(m.ProductsSelected, customer_id="somebody")),
    Planted("household", _wrong_household),
    Planted("agent", _reserved(agent_id="somebody")),
    Planted("speaker", _by(me.ReactionRecorded, agent_id="somebody", source="agent/somebody")),
    Planted("speaker", _by(me.ProductsPresented, agent_id="somebody")),
    Planted("propensity", _catalogue(not_with=["news"])),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.rule)
def test_a_planted_fault_is_found(played: list[Record], fault: Planted) -> None:
    report = check_marketing([fault.change(record) for record in played])
    assert fault.rule in {one.rule for one in report.breaches}
    assert report.breaches_total > 0


def test_a_certificate_that_ends_before_the_presentation_is_found(played: list[Record]) -> None:
    first = next(n for n, one in enumerate(played) if isinstance(one.event, me.ProductsPresented))
    year = [_certificates(record, {"*": "2025-01-01"}) for record in played[: first + 1]]
    assert check_marketing(year).breaches == []
    found = check_marketing([_lapsed_at_presentation(record) for record in year]).breaches
    assert {one.rule for one in found} == {"certificate"}


def test_a_catalogue_that_bars_a_product_at_the_presentation_is_found() -> None:
    shop = Shop()
    shop.selected("c1")
    shop.present("c1")
    *before, last = shop.records
    none_left = catalogue(**{name: {"stock": 0} for name in CATEGORIES})
    news = me.CatalogueChanged(event_id="x", at_ms=last.event.at_ms, catalogue=none_left)
    found = check_marketing([*before, Record(last.seq, news, ()), last]).breaches
    assert {one.rule for one in found} == {"catalogue_sold_out"}


def test_values_from_products_are_clean_and_planted_faults_in_them_are_found(
    priced: list[Record],
) -> None:
    decided = [one for each in priced for one in each.decisions if type(one) is MarketingDecided]
    assert {one.granted for one in decided if one.from_products} == {True, False}
    report = check_marketing(priced)
    assert (report.breaches, report.asked) == ([], 30)
    faults = [
        _decision(MarketingDecided, value_milli=9_999),
        _decision(MarketingDecided, price_milli=9_999),
        _decision(MarketingDecided, from_products=False),
        _by(e.ContactArrived, value_milli=3),
        _settings(enabled=False),
    ]
    for fault in faults:
        found = check_marketing([fault(record) for record in priced]).breaches
        assert "value" in {one.rule for one in found}, fault


def test_the_command(played: list[Record], tmp_path: Path) -> None:
    good = write_journal(tmp_path / "good.db", played)
    run = CliRunner().invoke(app, ["journal", "check-marketing", str(good)])
    assert (run.exit_code, "no breaches found" in run.stdout) == (0, True)
    bad = [_context(vulnerable=True)(record) for record in played]
    path = write_journal(tmp_path / "bad.db", bad)
    run = CliRunner().invoke(app, ["journal", "check-marketing", str(path), "--json"])
    assert run.exit_code == 1
    assert json.loads(run.stdout)["breaches"][0]["rule"] == "vulnerable"


def test_what_is_no_journal_or_has_no_marketing(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("text\n" * 1_000)
    run = CliRunner().invoke(app, ["journal", "check-marketing", str(tmp_path / "text.db")])
    assert (run.exit_code, "not an SQLite database" in run.stderr) == (1, True)
    run = CliRunner().invoke(app, ["journal", "check-marketing", str(tmp_path / "none.db")])
    assert run.exit_code == 2
    empty = write_journal(tmp_path / "empty.db", [])
    run = CliRunner().invoke(app, ["journal", "check-marketing", str(empty)])
    assert (run.exit_code, "no marketing in it" in run.stdout) == (0, True)

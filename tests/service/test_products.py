"""Products in a running engine: the catalogue's file, the customer store, Mosquitto between."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from bus.topics import Role
from contacts.customer import Completeness, Consent, CustomerContext, RelationshipStage
from customers.sqlite_store import SqliteCustomerStore
from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.serving import SPACE, EngineProcess

QUEUES = """
[[queues]]
queue_id = "cards"
wrap_up = { kind = "none" }
gate = { policy = "always" }

[[agents]]
agent_id = "anna"
certificates = { "*" = "none" }

[marketing]
enabled = true
products_least = 1
"""
CATALOGUE = """
[[products]]
product_id = "{0}-card"
category = "cards"
names = {{ en = "Card", zh = "卡" }}
value_milli = 1000
talking_points = {{ en = ["No fee."], zh = ["免年费。"] }}
"""


def known() -> CustomerContext:
    return CustomerContext(
        version="3",
        completeness=Completeness.COMPLETE,
        stage=RelationshipStage.GROW,
        held=(),
        opted_out=False,
        do_not_contact=False,
        vulnerable=False,
        open_complaints=0,
        consents=(Consent(purpose="*", given=True, at_ms=1, how="web", wording="1"),),
    )


async def until_looked_up(journal: Path) -> None:
    """Wait until the customer store has been read: routing does not wait for it."""
    query = "SELECT count(*) FROM records WHERE kind = 'customer_context_attached'"
    async with asyncio.timeout(30):
        while True:
            with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as connection:
                if connection.execute(query).fetchone()[0]:
                    return
            await asyncio.sleep(0.02)


async def serve(
    bridge: BusClient,
    agent: BusClient,
    contact_id: str,
    customer_id: str,
    journal: Path | None = None,
) -> None:
    """A customer comes, is served, and the gate answers; with `journal`, once they are known."""
    ids = {"contact_id": contact_id, "customer_id": customer_id}
    await bridge.ok("contact_arrived", queue_id="cards", **ids)
    await bridge.until_decided("contact_reserved", contact_id=contact_id)
    hers = {"contact_id": contact_id, "agent_id": "anna"}
    await agent.ok("accepted", **hers)
    if journal is not None:
        await until_looked_up(journal)
    await agent.ok("service_completed", **hers)


async def prepared(tmp_path: Path, mosquitto: MosquittoProcess) -> EngineProcess:
    """Return an engine, not started, with a catalogue of one card and a store that knows u1."""
    store, catalogue = tmp_path / "customers.db", tmp_path / "catalogue.toml"
    catalogue.write_text(CATALOGUE.format("gold"), encoding="utf-8")
    customers = await SqliteCustomerStore.open(store)
    await customers.put("u1", known())
    await customers.close()
    process = EngineProcess(tmp_path, mosquitto.port)
    files = f'catalogue_file = "{catalogue}"\ncustomer_store = "{store}"'
    process.configure(QUEUES, service=files)
    return process


async def test_from_the_customer_store_to_a_reaction_after_a_crash(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    process, catalogue = await prepared(tmp_path, mosquitto), tmp_path / "catalogue.toml"
    async with (
        process as engine,
        BusClient(mosquitto.port) as bridge,
        BusClient(mosquitto.port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
        BusClient(mosquitto.port, Role.AGENT, "ben-desk", agent_id="ben") as ben,
    ):
        await anna.ok("agent_signed_in", agent_id="anna", ready=True)
        await serve(bridge, anna, "c1", "u1", engine.journal)
        selected = await anna.until_decided("products_selected", contact_id="c1")
        assert [one.ref.product_id for one in selected.products] == ["gold-card"]
        await anna.ok("products_presented", contact_id="c1", agent_id="anna")
        await engine.kill()
        await engine.start()
        reaction = {"contact_id": "c1", "agent_id": "anna", "product_id": "gold-card"}
        wrong = await ben.send("reaction_recorded", **reaction, reaction="accepted")
        assert (wrong.status, wrong.reason) == ("rejected", "agent_signed_in_elsewhere")
        await bridge.ok("contact_ended", contact_id="c1")
        await anna.ok("reaction_recorded", **reaction, reaction="accepted")
        sale = await anna.until_decided("sale_recorded", contact_id="c1")
        assert sale.value_milli == 1_000
        catalogue.write_text(CATALOGUE.format("silver"))
        engine.signal(signal.SIGHUP)
        await engine.until_logged("catalogue_applied", count=2)
        catalogue.write_text("[[products]]\nproduct_id = 7\n")
        engine.signal(signal.SIGHUP)
        await engine.until_logged("catalogue_refused")
        await serve(bridge, anna, "c2", "nobody-knows")
        denied = await anna.until_decided("marketing_decided", contact_id="c2")
        assert (denied.granted, denied.reason) == (False, "products_context_missing")


def card(reader: BusClient) -> dict[str, Any]:
    """Return the one product of the one contact in anna's retained state; {} if none is shown."""
    for contact in reader.states.get(SPACE.agent_state("anna"), {}).get("contacts", ()):
        if contact["round"] is not None:
            assert (contact["customer_id"], contact["reason"]) == ("u1", None)
            [product] = contact["round"]["products"]
            return dict(product)
    return {}


async def test_readers_see_the_catalogue_and_the_round_and_who_comes_back_is_told_it(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    process = await prepared(tmp_path, mosquitto)
    hers = {"contact_id": "c1", "agent_id": "anna"}
    async with (
        process as engine,
        BusClient(mosquitto.port) as bridge,
        BusClient(mosquitto.port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
    ):
        await bridge.watch(SPACE.catalogue_state, SPACE.agent_state("anna"))
        shown = await bridge.until_state(SPACE.catalogue_state, epoch=1)
        [product] = shown["products"]
        assert product["names"] == {"en": "Card", "zh": "卡"}
        assert product["talking_points"] == {"en": ["No fee."], "zh": ["免年费。"]}
        await anna.ok("agent_signed_in", agent_id="anna", ready=True)
        await serve(bridge, anna, "c1", "u1", engine.journal)
        selected = await anna.until_decided("products_selected", contact_id="c1")
        await bridge.until(lambda: card(bridge).get("state") == "open")
        assert card(bridge)["value_milli"] == 1_000
        assert 0 < card(bridge)["chance"] < 1
        await anna.ok("reaction_recorded", **hers, product_id="gold-card", reaction="declined")
        await bridge.until(lambda: card(bridge).get("reaction") == "declined")
        await engine.kill()
        await engine.start()
        await anna.ok("agent_signed_in", agent_id="anna", ready=True)
        again = await anna.until_decided("products_restated", contact_id="c1")
        assert (again.round_id, again.products) == (selected.round_id, selected.products)
        assert again.progress["gold-card"].reaction == "declined"
        await bridge.ok("contact_ended", contact_id="c1")
        await bridge.until(lambda: not card(bridge))
        assert bridge.states[SPACE.catalogue_state]["version"] == shown["version"]
        await engine.stop()
        engine.configure(QUEUES)
        await engine.start()
        await bridge.until(lambda: SPACE.catalogue_state not in bridge.states)

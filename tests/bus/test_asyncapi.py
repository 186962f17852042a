from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner

from bus.asyncapi import PARAMETERS, SENT, document
from bus.incoming import ALLOWED_TYPES, MESSAGE_MODELS
from bus.topics import Role, TopicSpace
from service.commands.asyncapi import asyncapi

COMMITTED = Path(__file__).parents[2] / "docs" / "asyncapi.json"
DOCUMENT = document()
SPACE = TopicSpace("acme", "main", "voice")
NAMES = {
    "tenant": "acme",
    "site": "main",
    "domain": "voice",
    "role": "bridge",
    "client": "pbx-1",
    "agent_id": "anna",
    "queue_id": "cards",
    "alarm_id": "rona:anna:7",
}


def test_the_committed_document_has_not_drifted() -> None:
    committed = json.loads(COMMITTED.read_text(encoding="utf-8"))
    assert committed == DOCUMENT, "run: tidegate asyncapi > docs/asyncapi.json"


def test_the_command_prints_the_document() -> None:
    app = typer.Typer()
    app.command()(asyncapi)
    result = CliRunner().invoke(app)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == DOCUMENT


def references(node: Any) -> Iterator[str]:
    for value in node.values() if isinstance(node, dict) else node:
        if isinstance(value, dict | list):
            yield from references(value)
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield node["$ref"]


def resolve(reference: str) -> Any:
    assert reference.startswith("#/")
    node: Any = DOCUMENT
    for step in reference[2:].split("/"):
        node = node[step]
    return node


def test_every_reference_leads_somewhere() -> None:
    found = list(references(DOCUMENT))
    assert len(found) > 100
    for reference in found:
        assert isinstance(resolve(reference), dict), reference


def test_no_component_is_left_over() -> None:
    used = set(references(DOCUMENT))
    for kind, components in DOCUMENT["components"].items():
        for name in components:
            assert f"#/components/{kind}/{name}" in used, name


def test_it_has_what_asyncapi_3_asks_for() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert set(DOCUMENT["info"]) >= {"title", "version"}
    for name, channel in DOCUMENT["channels"].items():
        in_address = set(re.findall(r"\{(\w+)\}", channel["address"]))
        assert set(channel["parameters"]) == in_address <= set(PARAMETERS), name
        assert channel["messages"], name
    for name, operation in DOCUMENT["operations"].items():
        assert operation["action"] in ("send", "receive")
        within = operation["channel"]["$ref"] + "/messages/"
        assert all(one["$ref"].startswith(within) for one in operation["messages"]), name


def test_every_channel_has_one_operation() -> None:
    used = [operation["channel"]["$ref"] for operation in DOCUMENT["operations"].values()]
    assert sorted(used) == sorted(f"#/channels/{name}" for name in DOCUMENT["channels"])


def test_discriminators_are_names_of_fields() -> None:
    decisions = DOCUMENT["components"]["schemas"]["DecisionBatch"]["properties"]["decisions"]
    assert decisions["items"]["discriminator"] == "type"


def test_the_addresses_are_the_topics_of_the_engine() -> None:
    def address(name: str, **names: str) -> str:
        text: str = DOCUMENT["channels"][name]["address"]
        return text.format(**NAMES | names)

    for role in Role:
        assert address(f"events_from_{role}") == SPACE.events_in(role, "pbx-1")
        assert address("replies", role=role) == SPACE.reply(role, "pbx-1")
    assert address("decisions_to_bridge") == SPACE.decisions_to_bridge("pbx-1")
    assert address("decisions_to_agent") == SPACE.decisions_to_agent("anna")
    assert address("queue_state") == SPACE.queue_state("cards")
    assert address("agent_state") == SPACE.agent_state("anna")
    assert address("waiting_state") == SPACE.waiting_state("cards")
    assert address("day_state") == SPACE.day_state("cards")
    assert address("alarm_state") == SPACE.alarm_state("rona:anna:7")
    assert address("marketing_state") == SPACE.marketing_state
    assert address("catalogue_state") == SPACE.catalogue_state
    assert address("engine_state") == SPACE.engine_state
    assert len(DOCUMENT["channels"]) == len(ALLOWED_TYPES) + len(SENT)


def test_every_message_is_described_in_words() -> None:
    messages = DOCUMENT["components"]["messages"]
    assert set(messages) >= set(MESSAGE_MODELS)
    assert all(len(message["summary"]) > 10 for message in messages.values())


def test_bounds_stand_in_the_schemas() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    arrived = schemas["ContactArrivedMessage"]
    assert arrived["required"] == ["event_id", "type", "contact_id", "queue_id"]
    assert "pattern" in arrived["properties"]["contact_id"]
    assert arrived["properties"]["wait_credit_ms"]["maximum"] == 7 * 86_400_000
    assert schemas["ContactTransferredMessage"]["oneOf"]

"""Every example in docs/bus.md is what it says: readable by the models, with no field unknown."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bus.codec import Incoming, decode
from bus.decision_messages import MESSAGE_OF, DecisionBatch
from bus.envelope import Message
from bus.faults import Fault
from bus.incoming import ALLOWED_TYPES, ANY_MESSAGE, MESSAGE_MODELS
from bus.messages import LiveContactMessage
from bus.quality_messages import ScheduledSpanMessage
from bus.replies import ReplyBatch
from bus.snapshots import (
    AgentSnapshot,
    AlarmSnapshot,
    CatalogueSnapshot,
    DaySnapshot,
    EngineSnapshot,
    MarketingSnapshot,
    QueueSnapshot,
    WaitingSnapshot,
)
from bus.topics import Role, TopicSpace

TEXT = (Path(__file__).parents[2] / "docs" / "bus.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
PUBLISHED = re.findall(r"mosquitto_pub -q 1 -t '(\S+)' \\\n  -m '(.*)'", TEXT)
SPACE = TopicSpace("acme", "main", "voice")
SENT_BY_THE_ENGINE: list[tuple[str, type[msgspec.Struct]]] = [
    ("replies", ReplyBatch),
    ("decisions", DecisionBatch),
    ("is_open", QueueSnapshot),
    ("has_session", AgentSnapshot),
    ("reasons", CatalogueSnapshot),
    ("status", EngineSnapshot),
    ("total", WaitingSnapshot),
    ("slots", DaySnapshot),
    ("never_again", MarketingSnapshot),
    ("code", AlarmSnapshot),
]


def test_the_document_has_examples() -> None:
    assert len(EXAMPLES) > 15
    assert len(PUBLISHED) == TEXT.count("mosquitto_pub") == 4


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: "-".join(list(example)[:3]))
def test_an_example_is_as_the_models_say(example: dict[str, Any]) -> None:
    if "type" in example:
        message = ANY_MESSAGE.validate_python(example, strict=True)
        assert json.loads(message.model_dump_json(exclude_unset=True)) == example
        return
    model = next(model for key, model in SENT_BY_THE_ENGINE if key in example)
    written = msgspec.json.encode(msgspec.convert(example, model))
    assert without_zero(json.loads(written)) == without_zero(example)


def without_zero(node: Any) -> Any:
    if isinstance(node, list):
        return [without_zero(one) for one in node]
    if isinstance(node, dict):
        return {key: without_zero(value) for key, value in node.items() if value != 0}
    return node


@pytest.mark.parametrize(("topic", "payload"), PUBLISHED)
def test_what_is_published_by_hand_is_taken(topic: str, payload: str) -> None:
    assert isinstance(decode(SPACE, topic, payload.encode(), 1_000), Incoming)


def test_each_role_may_send_what_the_table_says() -> None:
    rows = re.findall(
        r"^\| (`.*?) \| (.*?) \| (yes)? ?\| (yes)? ?\| (yes)? ?\|$", TEXT, re.MULTILINE
    )
    told: dict[Role, set[str]] = {role: set() for role in Role}
    for types, _, *marks in rows:
        for role, mark in zip(Role, marks, strict=True):
            told[role] |= set(re.findall(r"`(\w+)`", types)) if mark else set()
    assert told == ALLOWED_TYPES


def test_the_table_names_the_fields_of_each_type() -> None:
    rows = re.findall(r"^\| (`[^|]*`) \| ([^|]*) \|(?: yes)? ?\|(?: yes)? ?\|", TEXT, re.MULTILINE)
    envelope = set(Message.model_fields) | {"type"}
    described = {name: fields for types, fields in rows for name in re.findall(r"`(\w+)`", types)}
    for name, model in MESSAGE_MODELS.items():
        quoted = " ".join(re.findall(r"`([^`]*)`", described[name]))
        named = set(re.findall(r"\w+", quoted))
        own = set(model.model_fields) - envelope
        if name == "live_contacts_reported":
            own |= set(LiveContactMessage.model_fields)
        if name == "schedule_published":
            own |= set(ScheduledSpanMessage.model_fields)
        assert named == own, name


def test_every_decision_and_every_fault_is_explained() -> None:
    for message in MESSAGE_OF.values():
        assert f"| `{message.__struct_config__.tag}` |" in TEXT
    for fault in Fault:
        assert f"`{fault}`" in TEXT

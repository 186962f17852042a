"""The contract as an AsyncAPI 3.0 document, made from the models, so that it cannot drift."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec
from pydantic.json_schema import models_json_schema

from bus.decision_messages import DecisionBatch
from bus.envelope import VERSION
from bus.incoming import ALLOWED_TYPES, MESSAGE_MODELS
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
from bus.topics import TOPIC_ROOT, TOPIC_VERSION, Role
from contacts.ids import ID_RULE

Json = dict[str, Any]

BASE = f"{TOPIC_ROOT}/{TOPIC_VERSION}/{{tenant}}/{{site}}/{{domain}}"
SCHEMAS = "#/components/schemas/"
PARAMETERS: dict[str, Json] = {
    "tenant": {"description": f"The organisation; ids are unique within it. {ID_RULE}."},
    "site": {"description": "The place or data centre."},
    "domain": {"description": "The group of queues and agents that one engine routes."},
    "role": {"description": "What the client is.", "enum": [role.value for role in Role]},
    "client": {"description": "The client's name; for agents the id of the session."},
    "agent_id": {"description": "The agent, as in the configuration."},
    "alarm_id": {"description": "The alarm, as long as it lasts."},
    "queue_id": {"description": "The queue, as in the configuration."},
}
SENT: dict[str, tuple[str, type[msgspec.Struct], bool]] = {
    "replies": ("reply/{role}/{client}", ReplyBatch, False),
    "decisions_to_bridge": ("decisions/bridge/{client}", DecisionBatch, False),
    "decisions_to_agent": ("decisions/agent/{agent_id}", DecisionBatch, False),
    "queue_state": ("state/queue/{queue_id}", QueueSnapshot, True),
    "agent_state": ("state/agent/{agent_id}", AgentSnapshot, True),
    "waiting_state": ("state/waiting/{queue_id}", WaitingSnapshot, True),
    "day_state": ("state/day/{queue_id}", DaySnapshot, True),
    "alarm_state": ("state/alarm/{alarm_id}", AlarmSnapshot, True),
    "marketing_state": ("state/marketing", MarketingSnapshot, True),
    "catalogue_state": ("state/catalogue", CatalogueSnapshot, True),
    "engine_state": ("state/engine", EngineSnapshot, True),
}
"""What the engine sends: the end of the topic, the payload, and whether it is retained."""


def document() -> Json:
    """Return the whole document, ready to be written as JSON."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tidegate",
            "version": f"{VERSION}.0.0",
            "description": "Events of contacts and agents in; replies, decisions and state out.",
        },
        "defaultContentType": "application/json",
        "channels": _channels_in() | _channels_out(),
        "operations": _operations_in() | _operations_out(),
        "components": {
            "schemas": _schemas(),
            "messages": _messages(),
            "parameters": PARAMETERS,
        },
    }


def _channels_in() -> Json:
    return {
        f"events_from_{role}": _channel(f"in/{role}/{{client}}", sorted(types))
        for role, types in ALLOWED_TYPES.items()
    }


def _channels_out() -> Json:
    return {name: _channel(end, [model.__name__]) for name, (end, model, _) in SENT.items()}


def _channel(end: str, messages: list[str]) -> Json:
    address = f"{BASE}/{end}"
    return {
        "address": address,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "parameters": {
            name: {"$ref": f"#/components/parameters/{name}"}
            for name in PARAMETERS
            if f"{{{name}}}" in address
        },
    }


def _operations_in() -> Json:
    return {
        f"take_events_from_{role}": {
            "action": "receive",
            "channel": {"$ref": f"#/channels/events_from_{role}"},
            "summary": f"Events that a client of role {role} may publish.",
            "bindings": {"mqtt": {"qos": 1, "retain": False}},
            "messages": [
                {"$ref": f"#/channels/events_from_{role}/messages/{name}"} for name in sorted(types)
            ],
            "reply": {
                "channel": {"$ref": "#/channels/replies"},
                "messages": [{"$ref": "#/channels/replies/messages/ReplyBatch"}],
            },
        }
        for role, types in ALLOWED_TYPES.items()
    }


def _operations_out() -> Json:
    return {
        f"send_{name}": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{name}"},
            "summary": _summary(model),
            "bindings": {"mqtt": {"qos": 1, "retain": retained}},
            "messages": [{"$ref": f"#/channels/{name}/messages/{model.__name__}"}],
        }
        for name, (_, model, retained) in SENT.items()
    }


def _messages() -> Json:
    models: dict[str, type] = {name: MESSAGE_MODELS[name] for name in sorted(MESSAGE_MODELS)}
    models |= {model.__name__: model for _, model, _ in SENT.values()}
    return {
        name: {
            "name": name,
            "summary": _summary(model),
            "payload": {"$ref": f"{SCHEMAS}{model.__name__}"},
        }
        for name, model in models.items()
    }


def _schemas() -> Json:
    models = [(MESSAGE_MODELS[name], "validation") for name in sorted(MESSAGE_MODELS)]
    _, received = models_json_schema(models, ref_template=SCHEMAS + "{model}")  # type: ignore[arg-type]
    _, sent = msgspec.json.schema_components(
        [model for _, model, _ in SENT.values()], ref_template=SCHEMAS + "{name}"
    )
    schemas: Json = _tidy(received["$defs"] | sent)
    return schemas


def _tidy(node: Any) -> Any:
    """AsyncAPI names the discriminating field only; descriptions lose their indentation."""
    if isinstance(node, list):
        return [_tidy(one) for one in node]
    if not isinstance(node, dict):
        return node
    tidied = {key: _tidy(value) for key, value in node.items()}
    if isinstance(tidied.get("discriminator"), dict):
        tidied["discriminator"] = tidied["discriminator"]["propertyName"]
    if isinstance(tidied.get("description"), str):
        tidied["description"] = inspect.cleandoc(tidied["description"])
    return tidied


def _summary(model: type) -> str:
    return (inspect.getdoc(model) or "").split("\n")[0]

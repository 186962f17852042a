from __future__ import annotations

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from pydantic import ValidationError

from bus.decision_messages import MESSAGE_OF, DecisionMessage
from bus.envelope import EventMessage
from bus.incoming import ALLOWED_TYPES, ANY_MESSAGE, MESSAGE_MODELS, to_event
from bus.messages import LiveContactMessage
from bus.topics import Role
from router import events
from router.decisions import ContactRequeued
from router.marketing_decisions import ProductsSelected
from tests.bus.samples import messages

ENVELOPE_ONLY = {"v", "type", "correlation_id", "expires_at_ms"}
FROM_THE_ENGINE = {"at_ms", "source"}
EVENT_MODELS = [model for model in MESSAGE_MODELS.values() if issubclass(model, EventMessage)]
EVENTS_OF_THE_ENGINE = {
    "engine_started",
    "link_lost",
    "link_restored",
    "configuration_changed",
    "clock_ticked",
    "prices_computed",
    "catalogue_changed",
    "bridge_fell_silent",
    "bridge_heard",
    "guard_changed",
}


def read(**fields: Any) -> Any:
    return ANY_MESSAGE.validate_json(json.dumps({"event_id": "e1", **fields}))


@pytest.mark.parametrize("model", EVENT_MODELS, ids=lambda model: model.__name__)
def test_a_message_has_exactly_the_fields_of_its_event(model: type[EventMessage]) -> None:
    described = {field.name: field for field in msgspec.structs.fields(model.event)}
    own = set(model.model_fields) - ENVELOPE_ONLY
    assert own == set(described) - FROM_THE_ENGINE
    for name in own:
        assert model.model_fields[name].is_required() == described[name].required, name
        if not described[name].required:
            assert model.model_fields[name].default == described[name].default, name


@pytest.mark.parametrize("model", EVENT_MODELS, ids=lambda model: model.__name__)
def test_a_message_is_tagged_like_its_event(model: type[EventMessage]) -> None:
    assert MESSAGE_MODELS[model.event.__struct_config__.tag] is model  # type: ignore[index]


def test_live_contacts_have_the_fields_the_core_knows() -> None:
    assert set(LiveContactMessage.model_fields) == set(events.LiveContact.__struct_fields__)


def test_every_event_not_of_the_engine_itself_may_come_in() -> None:
    tags = {event.__struct_config__.tag for event in get_args(events.AnyEvent)}
    assert tags - EVENTS_OF_THE_ENGINE == {
        model.event.__struct_config__.tag for model in EVENT_MODELS
    }
    assert set(MESSAGE_MODELS) - tags == {"position_requested", "heartbeat"}


def test_every_type_may_be_sent_by_somebody() -> None:
    assert frozenset().union(*ALLOWED_TYPES.values()) == set(MESSAGE_MODELS)
    assert ALLOWED_TYPES[Role.AGENT] < ALLOWED_TYPES[Role.BRIDGE]
    shared = ALLOWED_TYPES[Role.SUPERVISOR] & ALLOWED_TYPES[Role.BRIDGE]
    assert shared == {"agent_ready", "agent_not_ready", "schedule_published"}


@given(messages())
def test_the_event_keeps_every_field_of_the_message(sent: dict[str, Any]) -> None:
    message = ANY_MESSAGE.validate_json(json.dumps(sent))
    if not isinstance(message, EventMessage):
        assert sent["type"] in ("position_requested", "heartbeat", "clock_ticked")
        return
    event = json.loads(msgspec.json.encode(to_event(message, 17, "bridge/pbx-1")))
    assert (event["at_ms"], event["source"]) == (17, "bridge/pbx-1")
    kept = {key: value for key, value in sent.items() if key not in ENVELOPE_ONLY - {"type"}}
    for contact in kept.get("contacts", []):
        for name, field in LiveContactMessage.model_fields.items():
            contact.setdefault(name, field.default)
    if kept.get("context") is not None:
        told, context = event.pop("context"), kept.pop("context")
        consents = zip(context.pop("consents", []), told.pop("consents") or [], strict=True)
        assert {name: told[name] for name in context} == context
        assert all({name: b[name] for name in a} == a for a, b in consents)
    assert {key: event[key] for key in kept} == kept
    left_out = set(event) - set(kept) - FROM_THE_ENGINE
    assert all(event[key] == model_default(message, key) for key in left_out)


def model_default(message: EventMessage, name: str) -> Any:
    return type(message).model_fields[name].default


def test_events_made_from_messages_pass_through_the_journal() -> None:
    message = read(type="agent_signed_in", agent_id="anna", skills={"de": 3}, capacity={"chat": 2})
    event = to_event(message, 5, "agent/desk-1")
    body = msgspec.json.encode(event)
    assert msgspec.json.decode(body, type=events.AnyEvent) == event


def test_unknown_fields_are_ignored() -> None:
    message = read(type="contact_ended", contact_id="c1", colour="red")
    assert message == read(type="contact_ended", contact_id="c1")


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "contact_ended", "contact_id": "a/b"},
        {"type": "contact_ended", "contact_id": "c1\n"},
        {"type": "contact_ended", "contact_id": 7},
        {"type": "contact_ended", "contact_id": "c1", "occurred_at_ms": -1},
        {"type": "contact_ended", "contact_id": "c1", "occurred_at_ms": "1"},
        {"type": "contact_ended", "contact_id": "c1", "v": 2},
        {"type": "contact_arrived", "contact_id": "c1", "queue_id": "q", "priority": 100},
        {"type": "contact_arrived", "contact_id": "c1", "queue_id": "q", "wait_credit_ms": -1},
        {"type": "contact_arrived", "contact_id": "c1", "queue_id": "q", "requires": {"de": 11}},
        {"type": "contact_arrived", "contact_id": "c1", "queue_id": "q", "requires": {"d e": 1}},
        {"type": "contact_arrived", "contact_id": "c1", "queue_id": "q", "reason": "x" * 65},
        {"type": "contact_transferred", "contact_id": "c1"},
        {"type": "contact_transferred", "contact_id": "c", "to_queue_id": "q", "to_agent_id": "a"},
        {"type": "agent_signed_in", "agent_id": "anna", "capacity": {"fax": 1}},
        {"type": "agent_signed_in", "agent_id": "anna", "ready": 1},
        {"type": "agent_signed_in", "agent_id": "anna", "skills": {f"s{n}": 1 for n in range(101)}},
        {"type": "agent_not_ready", "agent_id": "anna", "reason": ""},
        {"type": "wrap_up_extended", "agent_id": "anna", "contact_id": "c1", "by_ms": 0},
        {"type": "wrap_up_completed", "agent_id": "anna", "contact_id": "c1", "note": "x" * 2_001},
        {"type": "wrap_up_completed", "agent_id": "a", "contact_id": "c", "disposition_code": ""},
        {"type": "agent_skills_changed", "agent_id": "anna"},
        {"type": "agent_skills_changed", "agent_id": "anna", "skills": {"cards": 0}},
        {"type": "queue_closed", "queue_id": "q", "at_closing": "burn"},
        {"type": "alarm_acknowledged", "alarm_id": "nobody/here"},
        {
            "type": "live_contacts_reported",
            "contacts": [
                {"contact_id": "c1", "queue_id": "q"},
                {"contact_id": "c1", "queue_id": "p"},
            ],
        },
        {"type": "survey_answered", "contact_id": "c1", "score": 6},
        {"type": "survey_answered", "contact_id": "c1", "score": 0},
        {"type": "survey_answered", "contact_id": "c1", "score": 3, "least": 3, "most": 3},
        {"type": "survey_answered", "contact_id": "c1", "score": 4.5},
        {"type": "schedule_published", "agent_id": "a", "from_ms": 5, "until_ms": 5, "spans": []},
        {
            "type": "schedule_published",
            "agent_id": "a",
            "from_ms": 0,
            "until_ms": 9,
            "spans": [
                {"from_ms": 0, "until_ms": 5, "activity": "work"},
                {"from_ms": 4, "until_ms": 6, "activity": "break"},
            ],
        },
        {
            "type": "schedule_published",
            "agent_id": "a",
            "from_ms": 1,
            "until_ms": 9,
            "spans": [
                {"from_ms": 0, "until_ms": 5, "activity": "work"},
            ],
        },
        {
            "type": "schedule_published",
            "agent_id": "a",
            "from_ms": 0,
            "until_ms": 9,
            "spans": [
                {"from_ms": 0, "until_ms": 5, "activity": "golf"},
            ],
        },
    ],
)
def test_values_out_of_bounds_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(**fields)


@pytest.mark.parametrize(("decision", "message"), MESSAGE_OF.items())
def test_a_decision_message_tells_what_the_decision_says(
    decision: type[Any], message: type[DecisionMessage]
) -> None:
    assert message.__struct_config__.tag == decision.__struct_config__.tag
    theirs = {field.name: str(field.type) for field in msgspec.structs.fields(decision)}
    own = set(message.__struct_fields__) - set(DecisionMessage.__struct_fields__)
    assert own <= set(theirs)
    kept_inside = {"rank", "bridge", "is_connected", "note"}
    if decision is ContactRequeued:
        kept_inside |= {"channel", "priority", "give_up_at_ms", "new_entry"}
    if decision is ProductsSelected:
        kept_inside = {"customer_id", "context", "context_version", "is_exact", "seed"}
    assert set(theirs) - own <= kept_inside

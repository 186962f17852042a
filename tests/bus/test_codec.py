from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bus.codec import (
    MAX_LIVE_LIST_BYTES,
    Incoming,
    Refused,
    decode,
    decode_decisions,
    decode_replies,
    encode_decisions,
    encode_replies,
    encode_snapshot,
)
from bus.decision_messages import MESSAGE_OF, ContactReservedMessage, decision_message
from bus.faults import Fault
from bus.incoming import ALLOWED_TYPES
from bus.recipients import AUDIENCE, Recipient, recipients
from bus.replies import Reply
from bus.snapshots import EngineSnapshot
from bus.topics import Role, TopicSpace
from contacts.vocabulary import (
    AgentState,
    AssignmentState,
    Channel,
    Disposition,
    Mode,
    ReactionKind,
    Refusal,
)
from marketing.preference_values import Context
from marketing.rounds import Progress
from router import decisions, marketing_decisions
from tests.bus.samples import messages

SPACE = TopicSpace("acme", "main", "voice")
FROM_BRIDGE = SPACE.events_in(Role.BRIDGE, "pbx-1")
MAX_BYTES = 1_000_000
GOOD = {"type": "contact_ended", "event_id": "e1", "correlation_id": "k1", "contact_id": "c1"}
LONGEST_DETAIL = 500
LETTERS = [f"letter-{n}" for n in range(101)]


def take(payload: bytes | dict[str, Any] | str, topic: str = FROM_BRIDGE) -> Incoming | Refused:
    if isinstance(payload, dict):
        payload = json.dumps(payload)
    return decode(
        SPACE, topic, payload if isinstance(payload, bytes) else payload.encode(), MAX_BYTES
    )


def refused(payload: bytes | dict[str, Any] | str, topic: str = FROM_BRIDGE) -> Refused:
    answer = take(payload, topic)
    assert isinstance(answer, Refused)
    assert len(answer.detail) < LONGEST_DETAIL
    return answer


def test_a_good_message_comes_with_its_sender() -> None:
    answer = take(GOOD)
    assert isinstance(answer, Incoming)
    assert answer.sender.source == "bridge/pbx-1"
    assert answer.message.model_dump(exclude_unset=True) == GOOD


@pytest.mark.parametrize(
    ("change", "fault", "detail"),
    [
        ({"v": 2, "type": "unheard_of"}, Fault.VERSION_UNKNOWN, "v is 2; this engine speaks 1"),
        ({"v": "1"}, Fault.FIELD_WRONG, "v is '1'; Input should be 1"),
        ({"type": "contact_endet"}, Fault.TYPE_UNKNOWN, "type is 'contact_endet'; near: contact_e"),
        ({"type": "zzz"}, Fault.TYPE_UNKNOWN, "type is 'zzz'"),
        ({"type": 5}, Fault.TYPE_UNKNOWN, "type is '5'"),
        ({"type": None}, Fault.TYPE_UNKNOWN, "type is 'None'"),
        ({"contact_id": 5}, Fault.FIELD_WRONG, "contact_id is 5; Input should be a valid string"),
        ({"contact_id": None}, Fault.FIELD_WRONG, "contact_id is null; "),
        ({"contact_id": "a/b"}, Fault.FIELD_WRONG, "contact_id is 'a/b'; allowed: 1 to 128 of"),
        ({"contact_id": "+"}, Fault.FIELD_WRONG, "contact_id is '+'; allowed: 1 to 128 of"),
        ({"contact_id": "x" * 9_000}, Fault.FIELD_WRONG, "contact_id is 'xxx"),
        ({"contact_id": [1] * 9_000}, Fault.FIELD_WRONG, "contact_id is a list of 9000; "),
        ({"contact_id": {"a": 1}}, Fault.FIELD_WRONG, "contact_id is an object of 1 fields; "),
        ({"occurred_at_ms": 10**400}, Fault.FIELD_WRONG, "occurred_at_ms is a huge number; "),
        ({"type": "agent_sign_out_forced", "agent_id": "anna"}, Fault.ROLE_FORBIDS, "agent_sign_"),
        (
            {"type": "contact_transferred"},
            Fault.FIELD_WRONG,
            "give one of to_queue_id and to_agent_id",
        ),
        (
            {"type": "live_contacts_reported", "contacts": [{"contact_id": "c1"}]},
            Fault.FIELD_MISSING,
            "contacts.0.queue_id is missing",
        ),
        (
            {"type": "agent_signed_in", "agent_id": "anna", "capacity": dict.fromkeys(LETTERS, 1)},
            Fault.FIELD_WRONG,
            "capacity is an object of 101 fields; at most 100 entries are taken",
        ),
        (
            {"type": "agent_signed_in", "agent_id": "anna", "skills": {"x" * 500: 1}},
            Fault.FIELD_WRONG,
            f"skills.{'x' * 40}.[key] is 'xxx",
        ),
    ],
)
def test_a_wrong_field_is_named_and_the_sender_answered(
    change: dict[str, Any], fault: Fault, detail: str
) -> None:
    answer = refused(GOOD | change)
    assert answer.reason == fault
    assert answer.detail.startswith(detail)
    assert (answer.event_id, answer.correlation_id) == ("e1", "k1")
    assert answer.sender == (Role.BRIDGE, "pbx-1")


@pytest.mark.parametrize("field", ["type", "event_id", "contact_id"])
def test_a_missing_field_is_named(field: str) -> None:
    answer = refused({key: value for key, value in GOOD.items() if key != field})
    assert (answer.reason, answer.detail) == (Fault.FIELD_MISSING, f"{field} is missing")
    assert answer.event_id == (None if field == "event_id" else "e1")


@pytest.mark.parametrize("payload", ["", "{", "nonsense", "[1]", "7", "null", '"text"', "\ufeff{}"])
def test_what_is_no_json_object_is_malformed(payload: str) -> None:
    assert refused(payload).reason == Fault.MALFORMED


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps(GOOD).encode("utf-16"),
        json.dumps(GOOD).replace("c1", "\\ud800").encode(),
        b'{"event_id": "e1", "type": "contact_ended", "contact_id": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"event_id": ' + b"9" * 100_000 + b"}",
    ],
    ids=["utf-16", "surrogate", "latin-1", "deep-list", "deep-object", "long-number"],
)
def test_bytes_that_break_parsers_are_refused(payload: bytes) -> None:
    assert refused(payload).reason in (Fault.MALFORMED, Fault.FIELD_MISSING)


def test_the_ids_are_saved_from_a_message_cut_short() -> None:
    answer = refused(json.dumps(GOOD)[:-10])
    assert answer.reason == Fault.MALFORMED
    assert (answer.event_id, answer.correlation_id) == ("e1", "k1")


def test_what_is_no_id_is_not_echoed() -> None:
    answer = refused(GOOD | {"event_id": "a b", "correlation_id": "x" * 1_000})
    assert (answer.event_id, answer.correlation_id) == (None, None)


def test_a_message_too_large_is_not_read_but_answered() -> None:
    answer = refused(GOOD | {"padding": "x" * 2**20})
    assert answer.reason == Fault.TOO_LARGE
    assert answer.detail.endswith("bytes; at most 1000000 are taken")
    assert answer.event_id == "e1"


def test_a_wrong_topic_has_nobody_to_answer() -> None:
    answer = refused(GOOD, "tidegate/v1/acme/main/voice/in/bridge/a/b")
    assert (answer.reason, answer.sender) == (Fault.TOPIC_WRONG, None)


@given(sent=messages(), role=st.sampled_from(Role))
def test_good_messages_are_taken_from_those_who_may_send_them(
    sent: dict[str, Any], role: Role
) -> None:
    answer = take(sent, SPACE.events_in(role, "some-client"))
    if sent["type"] in ALLOWED_TYPES[role]:
        assert isinstance(answer, Incoming)
    else:
        assert isinstance(answer, Refused)
        assert answer.reason == Fault.ROLE_FORBIDS


@given(topic=st.text() | st.just(FROM_BRIDGE), payload=st.binary())
@example(topic=FROM_BRIDGE, payload=b'{"v":NaN}')
def test_no_bytes_and_no_topic_make_it_raise(topic: str, payload: bytes) -> None:
    assert len(refused(payload, topic).detail) < LONGEST_DETAIL


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(sent=messages(), data=st.data())
def test_no_value_in_any_field_makes_it_raise(sent: dict[str, Any], data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(sorted(sent)))
    answer = take(sent | {field: data.draw(json_values)})
    if isinstance(answer, Refused):
        assert len(answer.detail) < LONGEST_DETAIL


# --- out -----------------------------------------------------------------------------------


def test_replies_leave_out_what_they_do_not_tell() -> None:
    replies = [
        Reply(status="ok", event_id="e1", seq=7, at_ms=99, position=1, decisions=2),
        Reply(status="busy", event_id="e2", retry_after_ms=500),
    ]
    payload = encode_replies(replies)
    assert json.loads(payload) == {
        "v": 1,
        "replies": [
            {
                "status": "ok",
                "event_id": "e1",
                "seq": 7,
                "at_ms": 99,
                "position": 1,
                "decisions": 2,
            },
            {"status": "busy", "event_id": "e2", "retry_after_ms": 500},
        ],
    }
    assert decode_replies(payload) == replies


RESERVED = decisions.ContactReserved("c1", "anna", "cards", 3, 20_000, "bridge/pbx-1")
OUTCOME = decisions.OutcomeRecorded(
    contact_id="c1",
    leg=1,
    queue_id="cards",
    agent_id="anna",
    disposition=Disposition.COMPLETED,
    final=True,
    mode=Mode.SERVING,
    queued_at_ms=1_000,
    accepted_at_ms=3_000,
    ended_at_ms=9_000,
    wait_ms=2_000,
    talk_ms=6_000,
)
REQUEUED = decisions.ContactRequeued(
    "c1", "cards", Channel.VOICE, 0, -5, None, 5, True, "anna", None, "bridge/pbx-1"
)
EACH_SENT: list[Any] = [
    RESERVED,
    decisions.ReservationTimedOut("c1", "anna", True, -5, 4, "bridge/pbx-1"),
    decisions.ReservationWithdrawn("c1", "anna", "rejected", -5, 4, "bridge/pbx-1"),
    decisions.AssignmentChanged("c1", "anna", AssignmentState.TALK, bridge="bridge/pbx-1"),
    decisions.AssignmentRestated(
        "c1", "anna", "cards", AssignmentState.RESERVED, 4, 20_000, "bridge/pbx-1"
    ),
    decisions.ContactRefused("c1", "cards", Refusal.FULL, None, "bridge/pbx-1"),
    decisions.ContactDiverted("c1", "cards", Refusal.CLOSED, "voicemail", "bridge/pbx-1"),
    OUTCOME,
    decisions.MarketingDecided("c1", "anna", False, "policy_never"),
    decisions.MarketingClosing("c1", "anna", "emergency"),
    marketing_decisions.ProductsSelected(
        "c1", "anna", "c1/7", "u1", (), 4, {"limit_customer": 2}, 17, Context(), "3"
    ),
    marketing_decisions.ProductsRestated(
        "c1", "anna", "c1/7", (), 4, {}, {"gold": Progress("presented", ReactionKind.DECLINED)}
    ),
    marketing_decisions.ProductsWithdrawn("c1", "anna", "c1/7", {"gold": "opted_out"}),
    marketing_decisions.SaleRecorded("c1", "c1/7", "u1", "anna", "gold", 9_000),
    decisions.AgentStateChanged("anna", AgentState.NOT_READY, "lunch"),
    decisions.AgentSkillsSet("anna", {"cards": 2}, {}, "supervisor/zoe"),
    REQUEUED,
]


def test_the_list_of_sent_decisions_is_complete() -> None:
    assert {type(decision) for decision in EACH_SENT} == set(MESSAGE_OF) == set(AUDIENCE)


def test_a_decision_leaves_with_its_id_and_without_empty_fields() -> None:
    payload = encode_decisions(2, [decision_message(RESERVED, seq=41, index=1, at_ms=99)])
    assert json.loads(payload) == {
        "v": 1,
        "epoch": 2,
        "decisions": [
            {
                "type": "contact_reserved",
                "decision_id": "41.1",
                "seq": 41,
                "at_ms": 99,
                "contact_id": "c1",
                "agent_id": "anna",
                "queue_id": "cards",
                "revision": 3,
                "expires_at_ms": 20_000,
            }
        ],
    }


def test_decisions_are_read_back_as_they_were_written() -> None:
    sent = [decision_message(one, 41, index, 99) for index, one in enumerate(EACH_SENT)]
    batch = decode_decisions(encode_decisions(2, sent))
    assert (batch.v, batch.epoch, batch.decisions) == (1, 2, sent)
    assert isinstance(batch.decisions[0], ContactReservedMessage)


@pytest.mark.parametrize("decision", EACH_SENT, ids=lambda decision: type(decision).__name__)
def test_everything_in_a_decision_message_is_the_decisions(decision: Any) -> None:
    message = decision_message(decision, 1, 0, 5)
    told = msgspec.to_builtins(message)
    said = msgspec.to_builtins(decision) | {"decision_id": "1.0", "seq": 1, "at_ms": 5}
    assert told == {key: said[key] for key in told}


def test_a_snapshot_is_whole_with_version_and_sequence() -> None:
    snapshot = EngineSnapshot(epoch=1, sequence=5, at_ms=9, status="ready", version="0.1.0")
    assert json.loads(encode_snapshot(snapshot)) == {
        "v": 1,
        "epoch": 1,
        "sequence": 5,
        "at_ms": 9,
        "status": "ready",
        "version": "0.1.0",
        "emergency": None,
        "catalogue_version": None,
    }


ANNA = Recipient(Role.AGENT, "anna")
PBX = Recipient(Role.BRIDGE, "pbx-1")


@pytest.mark.parametrize(
    ("decision", "told"),
    list(zip(EACH_SENT, [(ANNA, PBX)] * 5 + [(PBX,)] * 2 + [(ANNA,)] * 9 + [(PBX,)], strict=True)),
    ids=lambda value: type(value).__name__,
)
def test_who_is_told(decision: Any, told: tuple[Recipient, ...]) -> None:
    assert recipients(decision) == list(told)


def test_a_contact_without_a_bridge_is_told_to_the_agent_alone() -> None:
    assert recipients(msgspec.structs.replace(EACH_SENT[1], bridge="engine")) == [ANNA]
    assert recipients(msgspec.structs.replace(EACH_SENT[1], bridge="")) == [ANNA]


def test_a_bridge_that_speaks_for_an_agent_is_told_what_a_supervisor_does() -> None:
    forced = decisions.AgentStateChanged("anna", AgentState.READY, None, "supervisor/zoe")
    assert recipients(msgspec.structs.replace(forced, bridge="bridge/pbx-1")) == [ANNA, PBX]
    assert recipients(msgspec.structs.replace(forced, bridge="agent/anna-desk")) == [ANNA]


def test_what_only_the_engine_needs_goes_to_nobody() -> None:
    assert recipients(msgspec.structs.replace(REQUEUED, new_entry=False)) == []
    assert recipients(decisions.EpochBegan(3)) == []
    assert recipients(msgspec.structs.replace(RESERVED, is_connected=True)) == []
    assert recipients(msgspec.structs.replace(OUTCOME, agent_id=None)) == []


def test_the_live_list_of_a_large_bridge_may_be_longer_than_other_messages() -> None:
    contacts = [{"contact_id": f"c{one}", "queue_id": "cards"} for one in range(300)]
    sent = {"type": "live_contacts_reported", "event_id": "e1", "contacts": contacts}
    payload = json.dumps(sent).encode()
    topic = SPACE.events_in(Role.BRIDGE, "pbx-1")
    assert isinstance(decode(SPACE, topic, payload, 1_000), Incoming)
    padded = json.dumps({**sent, "pad": "x" * MAX_LIVE_LIST_BYTES}).encode()
    refused = decode(SPACE, topic, padded, 1_000)
    assert isinstance(refused, Refused)
    assert refused.reason == Fault.TOO_LARGE


def test_what_an_agent_wrote_is_not_repeated_in_an_error() -> None:
    sent = {"type": "wrap_up_completed", "event_id": "e1", "agent_id": "anna", "contact_id": "c1"}
    topic = SPACE.events_in(Role.AGENT, "anna-desk")
    refused = decode(SPACE, topic, json.dumps(sent | {"note": "secret" * 400}).encode(), 100_000)
    assert isinstance(refused, Refused)
    assert refused.reason == Fault.FIELD_WRONG
    assert "note is wrong; String should have at most 2000 characters" in refused.detail
    assert "secret" not in refused.detail

from __future__ import annotations

from bus.answers import answer_busy, answer_receipt, answer_refused
from bus.codec import Refused, decode, encode_replies
from bus.replies import Reply
from bus.topics import Role, TopicSpace
from contacts.vocabulary import AgentState, Refusal, Rejection
from router.decisions import AgentStateChanged, ContactRefused, EventRejected
from router.receipts import receipt_of


def test_an_event_carried_out_is_ok() -> None:
    receipt = receipt_of("e1", "bridge/pbx", 7, 99, [AgentStateChanged("anna", AgentState.READY)])
    assert answer_receipt(receipt, "k1") == Reply(
        status="ok", event_id="e1", correlation_id="k1", seq=7, at_ms=99, decisions=1
    )


def test_an_event_the_core_rejects_is_answered_with_code_value_and_words() -> None:
    rejected = EventRejected(Rejection.REVISION_STALE, "3", "4")
    reply = answer_receipt(receipt_of("e1", "bridge/pbx", 7, 99, [rejected]), None)
    assert (reply.status, reply.reason, reply.detail, reply.have) == (
        "rejected",
        "revision_stale",
        "3",
        "4",
    )
    assert reply.message == "Revision 3 is not the reservation's present one, 4."
    assert reply.seq == 7


def test_a_contact_the_queue_refuses_is_ok_with_reason_and_destination() -> None:
    refused = ContactRefused("c1", "cards", Refusal.FULL, "voicemail", "bridge/pbx-1")
    reply = answer_receipt(receipt_of("e1", "bridge/pbx", 7, 99, [refused]), None)
    assert (reply.status, reply.reason, reply.destination, reply.message) == (
        "ok",
        "full",
        "voicemail",
        "The queue is full.",
    )


def test_a_message_turned_away_is_answered_without_a_place_in_the_journal() -> None:
    space = TopicSpace("acme", "main", "voice")
    payload = b'{"type": "contact_ended", "event_id": "e1"}'
    refused = decode(space, space.events_in(Role.BRIDGE, "pbx-1"), payload, 1_000)
    assert isinstance(refused, Refused)
    reply = answer_refused(refused)
    assert (reply.status, reply.event_id, reply.seq) == ("rejected", "e1", None)
    assert reply.message == "A field the message needs is not there: contact_id is missing."


def test_busy_tells_when_to_come_back() -> None:
    payload = encode_replies([answer_busy("e1", None, 250)])
    assert b'"status":"busy"' in payload
    assert b'"retry_after_ms":250' in payload

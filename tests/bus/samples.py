"""Well-formed messages of every type, as JSON objects, for the tests of the wire contract."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bus.incoming import MESSAGE_MODELS
from contacts.ids import ID_PATTERN
from contacts.vocabulary import AtClosing, Channel, NeverScope, ReactionKind

ids = st.from_regex(ID_PATTERN, fullmatch=True)
unix_ms = st.integers(0, 253_402_300_799_999)
skills = st.dictionaries(ids, st.integers(1, 10), max_size=4)
live_contacts = st.lists(
    st.fixed_dictionaries(
        {"contact_id": ids, "queue_id": ids},
        optional={
            "agent_id": st.none() | ids,
            "wait_credit_ms": st.integers(0, 7 * 86_400_000),
            "priority": st.none() | st.integers(0, 99),
            "requires": st.none() | skills,
        },
    ),
    max_size=5,
    unique_by=lambda contact: contact["contact_id"],
)

words = st.text(min_size=1, max_size=40)
customers = st.fixed_dictionaries(
    {"version": st.text(max_size=40)},
    optional={
        "segment": words,
        "grade": st.integers(-9, 9),
        "stage": st.sampled_from(["grow", "decline"]),
        "held": st.lists(ids, max_size=3),
        "attributes": st.dictionaries(words, words | st.floats(-1e9, 1e9), max_size=3),
        "opted_out": st.none() | st.booleans(),
        "consents": st.lists(
            st.fixed_dictionaries(
                {
                    "purpose": st.just("*") | ids,
                    "given": st.booleans(),
                    "at_ms": unix_ms,
                    "how": words,
                    "wording": words,
                }
            ),
            max_size=2,
        ),
    },
)

FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "agent_id": ids,
    "alarm_id": ids,
    "at_closing": st.sampled_from([one.value for one in AtClosing]),
    "at_ms": unix_ms,
    "by_ms": st.integers(1, 4 * 3_600_000),
    "capacity": st.dictionaries(st.sampled_from([c.value for c in Channel]), st.integers(0, 50)),
    "contact_id": ids,
    "context": customers,
    "is_taken_back": st.booleans(),
    "last": st.booleans(),
    "marketing_ms": st.integers(0, 7 * 86_400_000),
    "of": st.text(max_size=128),
    "product_id": ids,
    "reaction": st.sampled_from([one.value for one in ReactionKind]),
    "scope": st.sampled_from([one.value for one in NeverScope]),
    "contacts": live_contacts,
    "correlation_id": ids,
    "customer_id": ids,
    "disposition_code": words,
    "event_id": ids,
    "expires_at_ms": unix_ms,
    "for_ms": st.integers(1, 7 * 86_400_000),
    "may_market": st.booleans(),
    "mode": st.sampled_from(["serving", "marketing"]),
    "note": st.text(min_size=1, max_size=2_000),
    "occurred_at_ms": unix_ms,
    "priority": st.integers(0, 99),
    "queue_id": ids,
    "ready": st.booleans(),
    "reason": st.text(min_size=1, max_size=64).filter(lambda text: text.isprintable()),
    "requires": skills,
    "revision": st.integers(0, 2**53),
    "skills": skills,
    "take_over": st.booleans(),
    "v": st.just(1),
    "value_milli": st.integers(0, 1_000_000_000),
    "wait_credit_ms": st.integers(0, 7 * 86_400_000),
}
TARGETS = st.one_of(
    st.fixed_dictionaries({"to_queue_id": ids}), st.fixed_dictionaries({"to_agent_id": ids})
)


SURVEYS = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9)).map(
    lambda one: {
        "least": one[0],
        "score": one[0] + min(one[1], one[2]),
        "most": one[0] + one[2],
    }
)


@st.composite
def schedules(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a period and spans within it, in order."""
    places = draw(st.lists(st.integers(0, 100 * 86_400_000), min_size=4, max_size=9, unique=True))
    first, *inner, last = sorted(places)
    pairs = list(zip(inner[::2], inner[1::2], strict=False))
    activity = st.sampled_from(["work", "break", "other"])
    spans = [{"from_ms": a, "until_ms": b, "activity": draw(activity)} for a, b in pairs]
    return {"from_ms": first, "until_ms": last, "spans": spans}


@st.composite
def messages(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a well-formed message of any type, with any of its optional fields."""
    name = draw(st.sampled_from(sorted(MESSAGE_MODELS)))
    fields = MESSAGE_MODELS[name].model_fields
    required = {key: FIELDS[key] for key in fields if key in FIELDS and fields[key].is_required()}
    optional = {key: FIELDS[key] for key in fields if key in FIELDS and key not in required}
    message = draw(st.fixed_dictionaries(required, optional=optional))
    if name == "contact_transferred":
        message |= draw(TARGETS)
    if name == "survey_answered":
        message |= draw(SURVEYS)
    if name == "schedule_published":
        message |= draw(schedules())
    return {"type": name, **message}

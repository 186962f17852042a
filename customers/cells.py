"""What the cells of a customer file mean. An empty cell is unknown, never zero and never "no"."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime

from config.catalogue import LANGUAGE_PATTERN, LANGUAGE_RULE
from contacts.customer import Consent, RelationshipStage
from contacts.ids import ID_RULE, is_id

NOTHING = "-"
"""In a list: known to have none."""
ATTRIBUTE = "attributes."
"""Before the name of a column whose value goes to `attributes`."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
_LANGUAGE = re.compile(LANGUAGE_PATTERN)
_YES = {"yes", "true", "1", "y", "是"}
_NO = {"no", "false", "0", "n", "否"}
_GIVEN = {"given": True, "withdrawn": False}
_LONGEST = 128
_CONSENT_RULE = (
    "must be consents with ; between them, each as"
    " purpose|given|2026-01-31|how|wording or with |2027-01-31 (until) behind it"
)


def identifier(text: str) -> str:
    """Return an id. This and all others raise `ValueError` with what would be right."""
    if not is_id(text):
        raise ValueError(f"must be {ID_RULE}")
    return text


def word(text: str) -> str:
    """Return a short text."""
    if len(text) > _LONGEST:
        raise ValueError(f"must be at most {_LONGEST} characters long, not {len(text)}")
    return text


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return a reader of whole numbers within bounds, both included."""

    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return read


def yes_or_no(text: str) -> bool:
    """Return whether the text says yes."""
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise ValueError("must be yes or no (or true, false, 1, 0)")


def stage(text: str) -> RelationshipStage:
    """Return the stage of the relation."""
    try:
        return RelationshipStage(text.lower())
    except ValueError:
        raise ValueError(f"must be one of {', '.join(RelationshipStage)}") from None


def language(text: str) -> str:
    """Return a language tag."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(f"must be {LANGUAGE_RULE.replace(' in quotes', '')}")
    return text


def identifiers(text: str) -> tuple[str, ...]:
    """Return ids with ; between them."""
    return tuple(identifier(one) for one in parts(text))


def parts(text: str) -> list[str]:
    """Return what stands between the ; of a list; nothing for "-"."""
    if text == NOTHING:
        return []
    return [one.strip() for one in text.split(";") if one.strip()]


def consents(text: str) -> tuple[Consent, ...]:
    """Return consents, as `_CONSENT_RULE` has it."""
    return tuple(_consent(one) for one in parts(text))


def attribute(text: str) -> str | float:
    """Return a number if it is one, else the text."""
    try:
        number = float(text)
    except ValueError:
        return word(text)
    return number if math.isfinite(number) else word(text)


def _consent(text: str) -> Consent:
    fields = [one.strip() for one in text.split("|")]
    if len(fields) not in (5, 6) or fields[1] not in _GIVEN or not all(fields):
        raise ValueError(_CONSENT_RULE)
    purpose, given, at, how, wording, *until = fields
    return Consent(
        purpose=purpose,
        given=_GIVEN[given],
        at_ms=_moment_ms(at),
        how=word(how),
        wording=word(wording),
        until_ms=_moment_ms(until[0]) if until else None,
    )


def _moment_ms(text: str) -> int:
    """Return milliseconds since 1970 of a day or time; UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is no day or time; write it like 2026-01-31") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


COLUMNS: dict[str, Callable[[str], object]] = {
    "version": word,
    "household_id": identifier,
    "segment": identifier,
    "grade": whole(-1_000_000, 1_000_000),
    "tier": word,
    "stage": stage,
    "age": whole(0, 150),
    "region": word,
    "language": language,
    "held": identifiers,
    "opted_out": yes_or_no,
    "do_not_contact": yes_or_no,
    "vulnerable": yes_or_no,
    "open_complaints": whole(0, 1_000_000),
    "consents": consents,
}
"""The reader of each column that is a field of `CustomerContext`; a test holds the names."""

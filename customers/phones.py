"""Phone numbers: to E.164, and to keyed hashes, as which alone they are stored.

All phone numbers can be tried in hours, so a hash without a key would hide nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re

import phonenumbers

HASH_BYTES = 16
_SPREADSHEET = re.compile(r"\+?[0-9]{6,}\.[0-9]+|[0-9][.,][0-9]+[eE][+-]?[0-9]+")


class PhoneError(ValueError):
    """A text that is no phone number; the message says why."""


class PhoneHasher:
    """Makes the hashes of one store: HMAC-SHA-256 of the number in E.164, cut to 16 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def hash(self, number: str) -> bytes:
        """Return the hash of a number in E.164, as `to_e164` returns it."""
        return hmac.digest(self._key, number.encode("ascii"), hashlib.sha256)[:HASH_BYTES]

    @property
    def check(self) -> bytes:
        """What a store keeps to recognise its key."""
        return hmac.digest(self._key, b"key check", hashlib.sha256)[:HASH_BYTES]


def to_e164(text: str, country: str | None) -> str:
    """Return a phone number in E.164, as +8613812345678. Raises `PhoneError`.

    `country` (two letters, as CN) is taken for numbers that do not begin with + or 00. Any
    number of a possible length is taken: numbering plans change faster than programs.
    """
    if _SPREADSHEET.fullmatch(text.strip()):
        raise PhoneError(
            "was changed by a spreadsheet, which took it for an amount: export it as text"
        )
    international = f"+{text.strip()[2:]}" if text.strip().startswith("00") else text
    try:
        number = phonenumbers.parse(international, country)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            hint = "write it with + and its country's code, or say the country (--country)"
            raise PhoneError(f"has no country that is known; {hint}") from None
        raise PhoneError("is no phone number") from None
    if not phonenumbers.is_possible_number(number):
        raise PhoneError("is no phone number of its country: too short or too long")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_country(text: str) -> bool:
    """Tell whether the text is a country's two letters that numbering plans know."""
    return text in phonenumbers.SUPPORTED_REGIONS

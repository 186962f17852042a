"""Phone numbers: to E.164, and to keyed hashes; where the key comes from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.keys import KEY_VARIABLE, create_key, hasher_of, read_key
from customers.phones import HASH_BYTES, PhoneError, PhoneHasher, is_country, to_e164
from customers.sqlite_store import SqliteCustomerStore
from customers.store import CustomerStoreError


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+86 138 1234 5678", None, "+8613812345678"),
        ("0086-138-1234-5678", None, "+8613812345678"),
        ("138 1234 5678", "CN", "+8613812345678"),
        ("(021) 5888-8888", "CN", "+862158888888"),
        ("+41 44 668 18 00", "CN", "+41446681800"),
        ("044 668 18 00", "CH", "+41446681800"),
        ("tel:+41-44-668-18-00", None, "+41446681800"),
    ],
)
def test_one_number_is_written_one_way(text: str, country: str | None, number: str) -> None:
    assert to_e164(text, country) == number


@pytest.mark.parametrize(
    ("text", "country", "why"),
    [
        ("13812345678", None, "has no country that is known"),
        ("+86 1", None, "is no phone number"),
        ("+86 138", None, "too short or too long"),
        ("+86 138 1234 5678 9999 99", None, "too short or too long"),
        ("call me", "CN", "is no phone number"),
        ("8.61381E+12", "CN", "was changed by a spreadsheet"),
        ("13812345678.0", "CN", "was changed by a spreadsheet"),
        ("", "CN", "is no phone number"),
    ],
)
def test_what_is_no_number_is_said(text: str, country: str | None, why: str) -> None:
    with pytest.raises(PhoneError, match=why):
        to_e164(text, country)


@given(st.integers(13_000_000_000, 13_999_999_999))
def test_ways_of_writing_a_number_give_one_hash(digits: int) -> None:
    hasher, text = PhoneHasher(b"k" * 32), str(digits)
    spaced = f"+86 {text[:3]} {text[3:7]} {text[7:]}"
    ways = {to_e164(spaced, None), to_e164(text, "CN"), to_e164(f"0086{text}", "US")}
    assert len({hasher.hash(one) for one in ways}) == 1


def test_hashes_depend_on_the_key() -> None:
    one, other = PhoneHasher(b"a" * 32), PhoneHasher(b"b" * 32)
    number = "+8613812345678"
    assert len(one.hash(number)) == HASH_BYTES
    assert one.hash(number) == PhoneHasher(b"a" * 32).hash(number)
    assert one.hash(number) != other.hash(number)
    assert one.check != other.check


def test_countries_are_two_letters() -> None:
    assert is_country("CN")
    assert not is_country("China")


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "key"
    key = create_key(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_key({}, file) == key
    with pytest.raises(CustomerStoreError, match="no key for the phone numbers could be written"):
        create_key(file)
    assert read_key({}, file) == key


def test_the_variable_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    create_key(file)
    assert read_key({KEY_VARIABLE: "v" * 32}, file) == b"v" * 32
    assert read_key({}, tmp_path / "none") is None
    with pytest.raises(CustomerStoreError, match=r"has 5 characters\. Give at least 32"):
        read_key({KEY_VARIABLE: "short"}, file)


def test_a_key_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(CustomerStoreError, match="cannot be read"):
        read_key({}, tmp_path)


async def test_a_lost_key_is_not_replaced(store: SqliteCustomerStore, tmp_path: Path) -> None:
    """A new key beside old hashes would let every list match nobody, without a word."""
    file = tmp_path / "key"
    _, is_new = await hasher_of(store, {}, file)
    assert is_new
    assert (await hasher_of(store, {}, file))[1] is False
    file.unlink()
    with pytest.raises(CustomerStoreError, match="the key of the store's phone numbers is missing"):
        await hasher_of(store, {}, file)
    assert not file.exists()

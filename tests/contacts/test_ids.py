"""Ids must fit in a topic."""

from __future__ import annotations

import pytest

from contacts.ids import MAX_ID_LENGTH, is_id
from contacts.vocabulary import Rejection


@pytest.mark.parametrize("text", ["c1", "PBX-1.4711:2@host=a~b", "_", "x" * MAX_ID_LENGTH])
def test_ids(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize(
    "text", ["", "a/b", "a+", "#", "a b", "é", "a\n", "\0", "a,b", "x" * (MAX_ID_LENGTH + 1)]
)
def test_what_is_no_id(text: str) -> None:
    assert not is_id(text)


def test_codes_are_their_names_in_lower_case() -> None:
    assert all(one.value == one.name.lower() for one in Rejection)

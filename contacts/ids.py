"""Ids: what may name a contact, agent, queue or message."""

from __future__ import annotations

import re

MAX_ID_LENGTH = 128
ID_PATTERN = r"^[A-Za-z0-9._:@=~-]{1,128}$"
ID_RULE = "1 to 128 of the characters A-Z a-z 0-9 . _ : @ = ~ -"

_matches = re.compile(ID_PATTERN).fullmatch


def is_id(text: str) -> bool:
    """Tell whether `text` may be an id: no slash, wildcard or space, so that it fits in a topic."""
    return _matches(text) is not None

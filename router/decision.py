"""The base of decisions."""

from __future__ import annotations

import msgspec


class Decision(msgspec.Struct, frozen=True, gc=False, tag_field="type"):
    """Base of all decisions."""

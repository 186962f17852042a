"""The contacts agents had lately: about these, and no others, customers may be asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator


class HandledContacts:
    """The last `size` contacts that an agent accepted, the oldest first; all steps are O(1)."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._ids: OrderedDict[str, None] = OrderedDict()

    def add(self, contact_id: str) -> None:
        """Remember a contact, and forget the oldest beyond the size."""
        self._ids.setdefault(contact_id)
        if len(self._ids) > self._size:
            self._ids.popitem(last=False)

    def resize(self, size: int) -> None:
        """Remember so many from now on."""
        self._size = size
        while len(self._ids) > size:
            self._ids.popitem(last=False)

    def extend(self, contact_ids: Iterable[str]) -> None:
        """Remember contacts, the oldest first."""
        for contact_id in contact_ids:
            self.add(contact_id)

    def __contains__(self, contact_id: str) -> bool:
        return contact_id in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

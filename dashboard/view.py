"""The retained state as readers see it: objects with a change counter, and frames of changes.

Pure. Each change of an object gets the next number of the counter. A frame for a reader who has
everything up to number `c` holds each object that changed since then once, with its latest value:
so a slow reader skips what is between, and costs no memory. A removed object leaves a tombstone;
of the oldest tombstones only the place is kept, and a reader from before it needs a snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

MAX_TOMBSTONES = 10_000
MAX_FRAMES = 64
"""Frames kept for readers at the same place; more places than that are made again for each."""


Kinds = frozenset[str] | None
"""The kinds a reader wants; None: all."""


class Key(NamedTuple):
    """Names an object; `id` is empty for the only one of its kind (`engine`, `marketing`)."""

    kind: str
    id: str


class _Head(msgspec.Struct):
    """What is read of every value; what decides whether a change is urgent stands in the marks."""

    epoch: int | None = None
    at_ms: int = 0
    mode: Any = None
    status: Any = None
    emergency: Any = None
    contacts: Any = None


class Entry(msgspec.Struct):
    """One object: `text` is its part of a frame, `changed` the number of its last change."""

    key: Key
    value: bytes | None
    text: bytes
    changed: int
    epoch: int | None
    mark: Any


_head = msgspec.json.Decoder(_Head)
_encode = msgspec.json.Encoder().encode


class View:
    """All objects. `first` is where the counter begins: above every number told before."""

    def __init__(self, first: int = 0) -> None:
        self.feed = first
        """The number of the latest change."""
        self.at_ms = 0
        """The engine's time of the newest value, Unix milliseconds."""
        self.epoch: int | None = None
        """The highest epoch of an engine seen."""
        self._known_from = first
        self._objects: dict[Key, Entry] = {}  # in the order of their last change
        self._removed: dict[Key, Entry] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[Key]:
        """Yield the names of all objects."""
        return iter(self._objects)

    def value(self, key: Key) -> bytes | None:
        """Return an object's JSON; None if there is none."""
        entry = self._objects.get(key)
        return entry.value if entry else None

    def values(self, kind: str) -> Iterator[tuple[Key, bytes]]:
        """Yield all objects of a kind."""
        for key, entry in self._objects.items():
            if key.kind == kind and entry.value is not None:
                yield key, entry.value

    def put(self, key: Key, value: bytes) -> bool:
        """Take an object's new value; tell whether its mode or status changed (urgent).

        The same value again, and one of a lower epoch than the object has, changes nothing. Raises
        `msgspec.DecodeError` if it is not a JSON object.
        """
        head = _head.decode(value)
        before = self._objects.get(key)
        if before is not None and (before.value == value or _is_older(head.epoch, before.epoch)):
            return False
        if b"\n" in value or b"\r" in value:
            value = msgspec.json.format(value, indent=-1)  # a frame is one line
        self.at_ms = max(self.at_ms, head.at_ms)
        if head.epoch is not None:
            self.epoch = max(self.epoch or 0, head.epoch)
        mark = _mark(head)
        self._removed.pop(key, None)
        self._objects.pop(key, None)
        self._objects[key] = self._entry(key, value, head.epoch, mark)
        return before is None or before.mark != mark

    def remove(self, key: Key) -> None:
        """The object is no more; one that was not there changes nothing."""
        if self._objects.pop(key, None) is None:
            return
        self._removed[key] = self._entry(key, None, None, None)
        if len(self._removed) > MAX_TOMBSTONES:
            oldest = next(iter(self._removed))
            self._known_from = self._removed.pop(oldest).changed

    def knows(self, cursor: int) -> bool:
        """Tell whether what changed since `cursor` can be told; otherwise take a snapshot."""
        return self._known_from <= cursor <= self.feed

    def changed(self, cursor: int, upto: int, kinds: Kinds = None) -> list[Entry]:
        """Return what changed last in (cursor, upto], removals too, oldest first."""
        found: list[Entry] = []
        for entries in (self._objects, self._removed):
            for entry in reversed(entries.values()):
                if entry.changed <= cursor:
                    break
                if entry.changed <= upto and (kinds is None or entry.key.kind in kinds):
                    found.append(entry)
        found.sort(key=_changed)
        return found

    def changed_of(self, keys: Iterable[Key], cursor: int) -> list[Entry]:
        """Return those of the objects that changed since `cursor`, removals too."""
        found = (self._objects.get(key) or self._removed.get(key) for key in keys)
        return [entry for entry in found if entry is not None and entry.changed > cursor]

    def snapshot(self, kinds: Kinds, *, is_live: bool) -> bytes:
        """Return all objects as one JSON object, in one line."""
        parts = [
            entry.text for key, entry in self._objects.items() if kinds is None or key.kind in kinds
        ]
        return b'{"feed":%d,"epoch":%s,"at_ms":%d,"is_live":%s,"objects":[%s]}' % (
            self.feed,
            _encode(self.epoch),
            self.at_ms,
            _encode(is_live),
            b",".join(parts),
        )

    def _entry(self, key: Key, value: bytes | None, epoch: int | None, mark: Any) -> Entry:
        self.feed += 1
        text = b'{"kind":%s,"id":%s,"value":%s}' % (
            _encode(key.kind),
            _encode(key.id),
            value or b"null",
        )
        return Entry(key, value, text, self.feed, epoch, mark)


def _is_older(epoch: int | None, than: int | None) -> bool:
    return epoch is not None and than is not None and epoch < than


def _changed(entry: Entry) -> int:
    return entry.changed


def _mark(head: _Head) -> Any:
    """Return what must be shown at once when it changes: modes, the engine's status."""
    contacts = head.contacts if isinstance(head.contacts, list) else ()
    modes = [(one.get("contact_id"), one.get("mode")) for one in contacts if isinstance(one, dict)]
    return head.mode, head.status, head.emergency, modes


class Frames:
    """Frames of changes, each made once for all readers at the same place."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.upto = view.feed
        """What readers may be told now: the counter at the last tick."""
        self._made: dict[tuple[int, Kinds], bytes | None] = {}
        self._snapshots: tuple[int, bool, dict[Kinds, bytes]] = (-1, False, {})

    def tick(self) -> bool:
        """Let readers be told what happened until now; tell whether anything did."""
        if self._view.feed == self.upto:
            return False
        self.upto = self._view.feed
        self._made.clear()
        return True

    def after(self, cursor: int, kinds: Kinds) -> bytes | None:
        """Return the frame for a reader at `cursor`; None if it has nothing to learn."""
        place = (cursor, kinds)
        if place in self._made:
            return self._made[place]
        changed = self._view.changed(cursor, self.upto, kinds)
        frame = self._frame(cursor, changed) if changed else None
        if len(self._made) < MAX_FRAMES:
            self._made[place] = frame
        return frame

    def snapshot(self, kinds: Kinds, *, is_live: bool) -> bytes:
        """See `View.snapshot`; made once as long as nothing changes."""
        feed, was_live, made = self._snapshots
        if (feed, was_live) != (self._view.feed, is_live):
            made = {}
            self._snapshots = (self._view.feed, is_live, made)
        if kinds not in made and len(made) < MAX_FRAMES:
            made[kinds] = self._view.snapshot(kinds, is_live=is_live)
        return made.get(kinds) or self._view.snapshot(kinds, is_live=is_live)

    def _frame(self, cursor: int, changed: list[Entry]) -> bytes:
        return b'{"feed":%d,"after":%d,"at_ms":%d,"changes":[%s]}' % (
            self.upto,
            cursor,
            self._view.at_ms,
            b",".join(entry.text for entry in changed),
        )

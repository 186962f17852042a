"""A snapshot and the frames after it add up to the state, for fast readers and slow ones."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard.view import MAX_TOMBSTONES, Frames, Key, View

KEYS = [Key(kind, name) for kind in ("queue", "agent", "alarm") for name in ("a", "b", "c")]


class PageReader:
    """What a page does with the feed: a snapshot, then changes, each after the one it has."""

    def __init__(self) -> None:
        self.cursor: int | None = None
        self.objects: dict[tuple[str, str], Any] = {}

    def take(self, view: View, frames: Frames, kinds: frozenset[str] | None = None) -> None:
        if self.cursor is None or not view.knows(self.cursor):
            told = json.loads(view.snapshot(kinds, is_live=True))
            self.objects = {(one["kind"], one["id"]): one["value"] for one in told["objects"]}
            self.cursor = told["feed"]
            return
        frame = frames.after(self.cursor, kinds)
        if frame is not None:
            self.apply(json.loads(frame))
        self.cursor = max(self.cursor, frames.upto)

    def apply(self, told: dict[str, Any]) -> None:
        assert told["after"] == self.cursor
        names = [(one["kind"], one["id"]) for one in told["changes"]]
        assert len(names) == len(set(names)), "an object stands once in a frame"
        for one in told["changes"]:
            if one["value"] is None:
                self.objects.pop((one["kind"], one["id"]), None)
            else:
                self.objects[one["kind"], one["id"]] = one["value"]


put = st.tuples(st.just("put"), st.sampled_from(KEYS), st.integers(0, 5))
remove = st.tuples(st.just("remove"), st.sampled_from(KEYS), st.just(0))
tick = st.tuples(st.just("tick"), st.integers(0, 3), st.just(0))
steps = st.lists(st.one_of(put, put, remove, tick), max_size=120)


def state_of(view: View, kinds: frozenset[str] | None = None) -> dict[tuple[str, str], Any]:
    told = json.loads(view.snapshot(kinds, is_live=True))
    return {(one["kind"], one["id"]): one["value"] for one in told["objects"]}


@given(steps, st.sampled_from([None, frozenset({"queue"}), frozenset({"agent", "alarm"})]))
def test_snapshot_and_changes_are_the_state(
    played: list[tuple[str, Any, int]], kinds: frozenset[str] | None
) -> None:
    """Four readers: number `n` takes only every `n + 1`th frame; in the end all have all."""
    view = View(first=1_000)
    frames = Frames(view)
    expected: dict[tuple[str, str], Any] = {}
    readers = [PageReader() for _ in range(4)]
    for number, (what, where, value) in enumerate(played):
        if what == "put":
            view.put(where, json.dumps({"n": value}).encode())
            expected[where] = {"n": value}
        elif what == "remove":
            view.remove(where)
            expected.pop(where, None)
        else:
            frames.tick()
            for slowness, reader in enumerate(readers):
                if number % (slowness + 1) == 0:
                    reader.take(view, frames, kinds)
    wanted = {key: one for key, one in expected.items() if kinds is None or key.kind in kinds}  # type: ignore[attr-defined]
    assert state_of(view, kinds) == wanted
    frames.tick()
    for reader in readers:
        reader.take(view, frames, kinds)
        reader.take(view, frames, kinds)
        assert reader.objects == wanted


def test_a_lower_epoch_than_the_object_has_changes_nothing() -> None:
    view = View()
    key = Key("queue", "cards")
    view.put(key, b'{"epoch":3,"waiting":1}')
    feed = view.feed
    view.put(key, b'{"epoch":2,"waiting":9}')
    assert (view.feed, view.value(key)) == (feed, b'{"epoch":3,"waiting":1}')
    view.put(key, b'{"epoch":4,"waiting":2}')
    assert (view.epoch, view.value(key)) == (4, b'{"epoch":4,"waiting":2}')


def test_the_last_will_of_an_engine_that_leads_no_more_changes_nothing() -> None:
    view = View()
    key = Key("engine", "")
    view.put(key, b'{"epoch":3,"status":"ready"}')
    view.put(key, b'{"epoch":2,"status":"lost"}')
    assert view.value(key) == b'{"epoch":3,"status":"ready"}'
    assert view.put(key, b'{"epoch":3,"status":"lost"}')


def test_a_change_of_mode_is_urgent_and_one_of_numbers_is_not() -> None:
    view = View()
    key = Key("queue", "cards")
    assert view.put(key, b'{"mode":"serving","waiting":1}')
    assert not view.put(key, b'{"mode":"serving","waiting":2}')
    assert view.put(key, b'{"mode":"marketing","waiting":2}')
    agent = Key("agent", "anna")
    view.put(agent, b'{"contacts":[{"contact_id":"c","mode":"marketing"}]}')
    assert view.put(agent, b'{"contacts":[{"contact_id":"c","mode":"serving"}]}')


def test_readers_from_before_the_oldest_tombstone_need_a_snapshot() -> None:
    view = View(first=10)
    for number in range(MAX_TOMBSTONES + 1):
        key = Key("alarm", f"a{number}")
        view.put(key, b"{}")
        view.remove(key)
    assert not view.knows(10)
    assert not view.knows(9)
    assert not view.knows(view.feed + 1)
    assert view.knows(view.feed - 100)
    assert len(view) == 0


def test_a_frame_is_one_line_whatever_the_publisher_wrote() -> None:
    view = View()
    frames = Frames(view)
    view.put(Key("queue", "cards"), b'{\n "waiting": 1\r\n}')
    frames.tick()
    frame = frames.after(0, None)
    assert frame is not None
    assert b"\n" not in frame
    assert b"\r" not in frame
    assert json.loads(frame)["changes"][0]["value"] == {"waiting": 1}

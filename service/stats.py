"""Counts of the running process, for its metrics page."""

from __future__ import annotations

from collections import Counter

SKEW_NOTED_MS = 5_000


class Stats:
    """Plain counters, cheap enough for every message."""

    def __init__(self) -> None:
        self.events: Counter[tuple[str, str]] = Counter()
        self.repeats = 0
        self.busy = 0
        self.skewed = 0
        self.commits = 0
        self.records = 0
        self.commit_failures = 0
        self.commit_seconds = 0.0
        self.pauses = 0
        self.longest_pause_s = 0.0

    def count(self, message_type: str, rejection: str | None) -> None:
        """Count a message by its type and the reason it was rejected, if it was."""
        self.events[message_type, rejection or ""] += 1

    def note_skew(self, occurred_at_ms: int | None, now_ms: int) -> None:
        """Count a message whose sender's clock is more than five seconds away from ours."""
        if occurred_at_ms is not None and abs(now_ms - occurred_at_ms) > SKEW_NOTED_MS:
            self.skewed += 1

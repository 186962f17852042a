"""Fatigue limits checked slowly, from a list of what happened and nothing else.

Independent of `marketing/`: it knows only rows, each with a time and what happened to one product
of one round (or to all, for what a customer wants to hear no more of), in the order in which the
engine recorded them. So it can read the rows out of a journal as well.

A row of event `presented` is judged against the rows before it, and so is `reserved`: there must be
room beside all that is reserved on other lines. `restored` is not: that a product was presented
after all came to light only then. From then on it counts, as does every product with a reaction.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Row(NamedTuple):
    """One thing that happened; times are milliseconds of the engine.

    `event`: reserved, released, presented, restored; the reactions accepted, interested, declined,
    not_now, not_presented, never_product, never_category, never_everything; and, outside a round,
    said_product, said_category, said_everything, and their opposites unsaid_... of one `source`
    (of a reaction: "round/product").
    """

    at_ms: int
    event: str
    customer: str
    household: str = ""
    contact: str = ""
    round: str = ""
    product: str = ""
    category: str = ""
    campaign: str | None = None
    source: str = ""


class Limit(NamedTuple):
    """At most `most` in any `window_ms`; `scope` and `per` as in the configuration."""

    scope: str
    per: str
    most: int
    window_ms: int


class Rules(NamedTuple):
    """What is to hold. `declined_ms`: for product and category, after one and after two."""

    rounds_per_contact: int
    limits: tuple[Limit, ...]
    declined_ms: Mapping[str, tuple[int, int]]
    declines_kept_ms: int
    not_now_ms: int
    reservation_ms: int


@dataclass
class Entry:
    """One product of one round, as far as the rows have told."""

    row: Row
    is_on: bool = True
    is_open: bool = True
    counts_ms: int = 0
    reaction: str = ""
    reacted_ms: int = 0


class FatigueChecker:
    """Follows rows in the engine's order. `judged` counts the presentations looked at."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._entries: dict[tuple[str, str], Entry] = {}
        self._of: dict[str, list[Entry]] = defaultdict(list)
        self._never: dict[str, dict[tuple[str, str], set[str]]] = defaultdict(dict)
        self.judged = 0

    def see(self, row: Row) -> str | None:
        """Take in a row; return which rule it breaks, None if all is well."""
        if row.event.startswith(("said_", "unsaid_")):
            self._say(row)
            return None
        if row.event == "reserved":
            return self._reserve(row)
        entry = self._entries[row.round, row.product]
        if row.event == "presented":
            self.judged += 1
            broken = self.bar(row, reserved=False)
            entry.is_on, entry.is_open, entry.counts_ms = True, False, row.at_ms
            return broken
        entry.is_on = row.event not in ("released", "not_presented")
        entry.is_open = entry.is_open and not entry.is_on
        if row.event not in ("released", "restored"):
            self._react(entry, row)
        return None

    def _reserve(self, row: Row) -> str | None:
        own = self._of["c " + row.customer]
        beside = [one.row for one in own if one.row.round == row.round]
        broken = self.bar(row, reserved=True, beside=beside)
        entry = Entry(row, counts_ms=row.at_ms + self.rules.reservation_ms)
        self._entries[row.round, row.product] = entry
        own.append(entry)
        self._of["h " + row.household].append(entry)
        return broken

    def bar(self, row: Row, *, reserved: bool, beside: Sequence[Row] = ()) -> str | None:
        """Return what bars presenting the row's product at its time, None if nothing does.

        With `reserved`, rounds that are reserved on other lines count as well; `beside` are the
        products that are to be presented in the same round.
        """
        nevers = self._never[row.customer]
        for key in (("everything", ""), ("product", row.product), ("category", row.category)):
            if nevers.get(key):
                return "never"
        own = self._counting("c " + row.customer, reserved)
        rounds = {one.row.round for one in own if one.row.contact == row.contact}
        if len(rounds - {row.round}) >= self.rules.rounds_per_contact:
            return "contact"
        for limit in self.rules.limits:
            if self._is_used_up(limit, row, reserved, beside):
                return limit.scope
        return self._cool_down(row)

    def standing(self, row: Row) -> dict[str, set[tuple[str, str]]]:
        """Return all that bars presenting to the row's customer at its time, by rule.

        Each is a set of (what, which): ("everything", ""), or a product, category or campaign.
        """
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        found["never"] |= {key for key, sources in self._never[row.customer].items() if sources}
        own = self._counting("c " + row.customer, reserved=True)
        here = {one.row.round for one in own if one.row.contact == row.contact}
        if len(here) >= self.rules.rounds_per_contact:
            found["contact"].add(("everything", ""))
        for limit in self.rules.limits:
            found[limit.scope] |= self._used_up(limit, row)
        for one in self._of["c " + row.customer]:
            if one.reaction in ("declined", "not_now") or one.reaction.startswith("never_"):
                probe = one.row._replace(at_ms=row.at_ms)
                rule = self._cool_down(probe)
                if rule is not None:
                    found[rule].add(("product", probe.product))
                other = self._cool_down(probe._replace(product=""))
                if other == "declined":
                    found[other].add(("category", probe.category))
        return found

    def _used_up(self, limit: Limit, row: Row) -> set[tuple[str, str]]:
        """Return what a limit leaves no room for at the row's time."""
        recent = self._recent(limit, row)
        if limit.scope in ("customer", "household"):
            is_full = len({one.round for one in recent}) >= limit.most
            return {("everything", "")} if is_full else set()
        times = self.counted(limit, row)
        return {(limit.scope, of) for of, count in times.items() if count >= limit.most}

    def counted(self, limit: Limit, row: Row) -> Counter[str]:
        """Return how often each product, category or campaign counts at the row's time."""
        times = Counter(getattr(one, limit.scope) for one in self._recent(limit, row))
        del times[None]
        return times

    def _recent(self, limit: Limit, row: Row) -> list[Row]:
        is_household = "household" in (limit.scope, limit.per)
        key = f"h {row.household}" if is_household else f"c {row.customer}"
        pool = self._counting(key, reserved=True)
        return [one.row for one in pool if one.counts_ms > row.at_ms - limit.window_ms]

    def knows(self, round_id: str, product_id: str) -> bool:
        """Tell whether the product was ever reserved in the round."""
        return (round_id, product_id) in self._entries

    def _counting(self, key: str, reserved: bool) -> list[Entry]:
        return [one for one in self._of[key] if one.is_on and (reserved or not one.is_open)]

    def _is_used_up(self, limit: Limit, row: Row, reserved: bool, beside: Sequence[Row]) -> bool:
        is_household = "household" in (limit.scope, limit.per)
        pool = self._counting(
            f"h {row.household}" if is_household else f"c {row.customer}", reserved
        )
        recent = [one for one in pool if one.counts_ms > row.at_ms - limit.window_ms]
        if limit.scope in ("customer", "household"):
            return len({one.row.round for one in recent} - {row.round}) >= limit.most
        wanted = getattr(row, limit.scope)
        if wanted is None:
            return False
        same = [one for one in recent if getattr(one.row, limit.scope) == wanted]
        others = [one for one in same if one.row.round != row.round or not one.is_open]
        together = sum(getattr(one, limit.scope) == wanted for one in beside)
        return bool(len(others) + together >= limit.most)

    def _cool_down(self, row: Row) -> str | None:
        mine = self._of["c " + row.customer]
        for scope, (once_ms, twice_ms) in self.rules.declined_ms.items():
            occasions: dict[str, int] = {}
            for one in mine:
                is_decline = one.reaction == "declined" or one.reaction.startswith("never_")
                if is_decline and getattr(one.row, scope) == getattr(row, scope):
                    latest = max(one.reacted_ms, occasions.get(one.row.round, 0))
                    occasions[one.row.round] = latest
            if not occasions:
                continue
            last = max(occasions.values())
            near = [at for at in occasions.values() if at > last - self.rules.declines_kept_ms]
            if row.at_ms < last + (twice_ms if len(near) > 1 else once_ms):
                return "declined"
        asked = [one for one in mine if (one.reaction, one.row.product) == ("not_now", row.product)]
        if any(row.at_ms < one.reacted_ms + self.rules.not_now_ms for one in asked):
            return "not_now"
        return None

    def _react(self, entry: Entry, row: Row) -> None:
        entry.reaction, entry.reacted_ms = row.event, row.at_ms
        source = f"{row.round}/{row.product}"
        nevers = self._never[row.customer]
        for sources in nevers.values():
            sources.discard(source)
        if row.event.startswith("never_"):
            scope = row.event.removeprefix("never_")
            nevers.setdefault((scope, getattr(row, scope, "")), set()).add(source)

    def _say(self, row: Row) -> None:
        verb, scope = row.event.split("_")
        key = (scope, getattr(row, scope, ""))
        sources = self._never[row.customer].setdefault(key, set())
        if verb == "said":
            sources.add(row.source)
        elif row.source:
            sources.discard(row.source)
        else:  # what the customer takes back holds no more, whoever said it
            sources.clear()


def breaches(rows: Iterable[Row], rules: Rules) -> list[tuple[Row, str]]:
    """Return each presentation that broke a rule, with the rule; rows in the engine's order."""
    checker = FatigueChecker(rules)
    judged = ((row, checker.see(row)) for row in rows)
    return [(row, broken) for row, broken in judged if broken is not None]

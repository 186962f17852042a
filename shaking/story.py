"""The story of a failing seed: the last that happened around the violation, and the fewest faults.

Events and decisions are kept as they are while a run goes on, and put into words only when needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from shaking.plan import Plan
from shaking.run import Result, Run

LINES = 40
_ID = re.compile(r"(?:call-\d+|agent-\d\d)")


def told(result: Result, lines: int = LINES) -> list[str]:
    """Return the last lines before the violation: its faults, and what is said of its ids."""
    if not result.violations:
        return []
    wanted = set(_ID.findall(result.violations[0].detail)[:2])
    spoken = []
    for at_s, what, decisions in result.story:
        text = what if isinstance(what, str) else _in_words(what, decisions)
        is_about = not wanted or not wanted.isdisjoint(_ID.findall(text))
        if isinstance(what, str) or is_about:
            spoken.append(f"{at_s:9.3f} s  {text}")
    return spoken[-lines:]


def _in_words(event: Any, decisions: Iterable[Any]) -> str:
    parts = [_one(event), *(_one(each) for each in decisions)]
    return " -> ".join(parts)


def _one(one: Any) -> str:
    fields = msgspec.structs.asdict(one)
    names = ("contact_id", "agent_id", "state", "reason", "disposition", "cause", "revision")
    said = [str(fields[name]) for name in names if fields.get(name) not in (None, "")]
    if "contacts" in fields:
        said += [f"{each.contact_id}@{each.agent_id or 'waits'}" for each in fields["contacts"]]
    return " ".join((type(one).__name__, *said))


def shrunk(
    result: Result, play: Callable[[Plan], Result] = lambda plan: Run(plan).play()
) -> Result:
    """Leave out each fault without which the same rule is broken all the same."""
    rule = result.violations[0].rule
    index = len(result.plan.faults) - 1
    while index >= 0:
        less = play(result.plan.without(index))
        if less.violations and less.violations[0].rule == rule:
            result = less
        index = min(index, len(result.plan.faults)) - 1
    return result

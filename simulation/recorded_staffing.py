"""Who was at work, inferred from who took calls: the record itself does not say.

An agent is on duty from the first service start to the last service end of the day, can serve
every queue they took a call from that day, and pauses where the record shows that they did not
take calls which they could have taken. How the rules were chosen: `docs/recorded-day.md`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from simulation.recorded import RecordedCall
from simulation.recorded_figures import ARRIVED, Fate, fate_of

PAUSE_AFTER_WAITED_MS = 30_000


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, ms since midnight."""

    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Pause:
    """The agent stops taking contacts for `duration_ms`, from `due_ms` or, when busy then, from
    the end of the contact in hand: a pause is postponed by work, not shortened by it."""

    due_ms: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Shift:
    """One agent's day; `skills` are queue ids in alphabetical order, `pauses` are in order."""

    agent_id: str
    skills: tuple[str, ...]
    from_ms: int
    until_ms: int
    pauses: tuple[Pause, ...]


def services_by_agent(calls: Iterable[RecordedCall]) -> dict[str, list[RecordedCall]]:
    """The answered calls of each named agent, by agent id and then by start of service."""
    served: dict[str, list[RecordedCall]] = {}
    for call in calls:
        if call.agent_id is not None and fate_of(call) is Fate.ANSWERED:
            served.setdefault(call.agent_id, []).append(call)
    return {agent: sorted(served[agent], key=_start_ms) for agent in sorted(served)}


def service_span(call: RecordedCall) -> Span:
    """When an answered call was served; where the record has no start, after its wait."""
    start_ms = _start_ms(call)
    return Span(start_ms, start_ms + call.service_ms)


def _start_ms(call: RecordedCall) -> int:
    if call.service_start_ms is not None:
        return call.service_start_ms
    return call.entry_ms + call.wait_ms


def estimate_wrap_up_ms(calls: Iterable[RecordedCall]) -> int:
    """After-call work: the median time from the end of a service to the same agent's next start,
    where the next caller was already waiting at that end. 0 when that never happened."""
    gaps = []
    for served in services_by_agent(calls).values():
        for earlier, later in pairwise(served):
            end_ms = service_span(earlier).until_ms
            if later.wait_ms > 0 and later.entry_ms <= end_ms <= _start_ms(later):
                gaps.append(_start_ms(later) - end_ms)
    return round(median(gaps)) if gaps else 0


def infer_shifts(calls: Sequence[RecordedCall], wrap_up_ms: int) -> tuple[Shift, ...]:
    """The shifts of all agents of one day, by agent id.

    A gap between two services is a pause when, after `wrap_up_ms` of it, callers whom the agent
    could have served waited for more than `PAUSE_AFTER_WAITED_MS` in total until it ended.
    """
    waits: dict[str, list[Span]] = {}
    for call in calls:
        if fate_of(call) in ARRIVED and call.wait_ms > 0:
            span = Span(call.entry_ms, call.entry_ms + call.wait_ms)
            waits.setdefault(call.queue_id, []).append(span)
    return tuple(
        _shift(agent_id, served, waits, wrap_up_ms)
        for agent_id, served in services_by_agent(calls).items()
    )


def _shift(
    agent_id: str, served: list[RecordedCall], waits: dict[str, list[Span]], wrap_up_ms: int
) -> Shift:
    skills = tuple(sorted({call.queue_id for call in served}))
    busy = merge_spans(service_span(call) for call in served)
    waited = merge_spans(span for queue_id in skills for span in waits.get(queue_id, ()))
    pauses = []
    for earlier, later in pairwise(busy):
        gap = Span(earlier.until_ms + wrap_up_ms, later.from_ms)
        if _overlap_ms(gap, waited) > PAUSE_AFTER_WAITED_MS:
            pauses.append(Pause(gap.from_ms, gap.until_ms - gap.from_ms))
    return Shift(agent_id, skills, busy[0].from_ms, busy[-1].until_ms, tuple(pauses))


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """The union of `spans` as disjoint spans in order; touching spans become one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.from_ms, s.until_ms)):
        if merged and span.from_ms <= merged[-1].until_ms:
            last = merged.pop()
            span = Span(last.from_ms, max(last.until_ms, span.until_ms))
        merged.append(span)
    return merged


def _overlap_ms(gap: Span, spans: Iterable[Span]) -> int:
    shared = (min(s.until_ms, gap.until_ms) - max(s.from_ms, gap.from_ms) for s in spans)
    return sum(ms for ms in shared if ms > 0)

"""A recorded day made playable: what arrives, who is at work, and what really happened.

Recorded facts stay as they are. Estimated are the patience of the served, the service time of
those who were not served or have none on record, and who was at work: see
`docs/recorded-day.md`. The same date and seed always give the same plan.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as calendar_date
from pathlib import Path

from simulation.recorded import QUEUE_OF_TYPE, RecordedCall, load_calls
from simulation.recorded_figures import ARRIVED, DayFigures, Fate, fate_of, figures_of
from simulation.recorded_patience import (
    FEWEST_HANG_UPS,
    PatienceEstimate,
    WaitObservation,
    patience_of,
)
from simulation.recorded_rows import RecordError
from simulation.recorded_staffing import Shift, Span, estimate_wrap_up_ms, infer_shifts

WAIT_CREDIT_MS = 90_000
_HOUR_MS = 3_600_000
_FRIDAY, _SATURDAY = 4, 5


@dataclass(frozen=True, slots=True)
class PlannedContact:
    """A call to play again, and how it went on the day.

    `at_ms` (since midnight) is when the caller enters the queue; `patience_ms` how long they
    then wait before they hang up; `service_ms` their time with an agent. `wait_credit_ms` is
    waiting credited in advance, to priority 2 only.
    """

    contact_id: str
    at_ms: int
    queue_id: str
    priority: int
    wait_credit_ms: int
    customer_id: str | None
    patience_ms: int
    service_ms: int
    recorded_fate: Fate
    recorded_wait_ms: int
    recorded_agent_id: str | None


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day to play: contacts by `at_ms`, shifts by agent id, times in ms since midnight.

    `open_hours` are the published hours, stretched to hold the few calls let in just before.
    """

    date: str
    seed: int
    queue_ids: tuple[str, ...]
    open_hours: Span
    wrap_up_ms: int
    calls: tuple[PlannedContact, ...]
    shifts: tuple[Shift, ...]
    recorded: DayFigures


def build_day_plan(date: str, seed: int, path: Path | None = None) -> DayPlan:
    """The plan for `date` (YYYY-MM-DD): a shipped day, or one of the days in the file `path`.

    Raises `RecordError` when the day can't be read, or had too few calls to estimate from.
    """
    return plan_day(date, load_calls(date if path is None else path, date), seed)


def plan_day(
    date: str,
    calls: Sequence[RecordedCall],
    seed: int,
    others: Sequence[RecordedCall] = (),
) -> DayPlan:
    """The plan for `date`, made from all its `calls`; raises as `build_day_plan` does.

    If too few hung up to estimate patience, it is estimated from the calls of `others`, too.
    """
    arrived = sorted((c for c in calls if fate_of(c) in ARRIVED), key=lambda c: c.entry_ms)
    if not arrived:
        raise RecordError(f"{date}: none of the {len(calls)} calls reached a queue or an agent")
    contacts = _plan_contacts(date, arrived, others, random.Random(seed))
    wrap_up_ms = estimate_wrap_up_ms(arrived)
    return DayPlan(
        date=date,
        seed=seed,
        queue_ids=tuple(QUEUE_OF_TYPE.values()),
        open_hours=_open_hours(date, contacts),
        wrap_up_ms=wrap_up_ms,
        calls=contacts,
        shifts=infer_shifts(arrived, wrap_up_ms),
        recorded=figures_of(arrived),
    )


def _plan_contacts(
    date: str,
    arrived: Sequence[RecordedCall],
    others: Sequence[RecordedCall],
    rng: random.Random,
) -> tuple[PlannedContact, ...]:
    hung_up = sum(fate_of(call) is Fate.ABANDONED and call.wait_ms > 0 for call in arrived)
    pooled = [] if hung_up >= FEWEST_HANG_UPS else [c for c in others if fate_of(c) in ARRIVED]
    try:
        patience = patience_by_queue([*arrived, *pooled])
    except ValueError as error:
        raise RecordError(f"{date}: {error}") from error
    service_times = _service_times_by_queue(arrived)
    return tuple(
        PlannedContact(
            contact_id=call.call_id,
            at_ms=call.entry_ms,
            queue_id=call.queue_id,
            priority=call.priority,
            wait_credit_ms=WAIT_CREDIT_MS if call.priority == 2 else 0,
            customer_id=call.customer_id,
            patience_ms=_patience_ms(call, patience[call.queue_id], rng),
            service_ms=_service_ms(call, service_times[call.queue_id], rng),
            recorded_fate=fate_of(call),
            recorded_wait_ms=call.wait_ms,
            recorded_agent_id=call.agent_id,
        )
        for call in arrived
    )


def patience_by_queue(arrived: Sequence[RecordedCall]) -> Mapping[str, PatienceEstimate]:
    """The patience estimate of every queue, as `patience_of` makes it. Raises `ValueError`."""
    observed: dict[str, list[WaitObservation]] = {queue: [] for queue in QUEUE_OF_TYPE.values()}
    for call in arrived:
        hung_up = fate_of(call) is Fate.ABANDONED
        observed[call.queue_id].append(WaitObservation(call.wait_ms, hung_up))
    return patience_of(observed)


def _service_times_by_queue(arrived: Sequence[RecordedCall]) -> dict[str, list[int]]:
    """Recorded service times to draw from: the queue's own, or everyone's where it has none."""
    own: dict[str, list[int]] = {queue_id: [] for queue_id in QUEUE_OF_TYPE.values()}
    for call in arrived:
        if _has_service_time(call):
            own[call.queue_id].append(call.service_ms)
    everyone = [service_ms for times in own.values() for service_ms in times]
    return {queue_id: times or everyone for queue_id, times in own.items()}


def _has_service_time(call: RecordedCall) -> bool:
    return fate_of(call) is Fate.ANSWERED and call.service_ms > 0


def _patience_ms(call: RecordedCall, estimate: PatienceEstimate, rng: random.Random) -> int:
    if fate_of(call) is Fate.ABANDONED:
        return call.wait_ms
    return estimate.draw_beyond(call.wait_ms, rng)


def _service_ms(call: RecordedCall, recorded: Sequence[int], rng: random.Random) -> int:
    return call.service_ms if _has_service_time(call) else rng.choice(recorded)


def _open_hours(date: str, contacts: Sequence[PlannedContact]) -> Span:
    weekday = calendar_date.fromisoformat(date).weekday()
    opens_ms = (20 if weekday == _SATURDAY else 7) * _HOUR_MS
    closes_ms = (14 if weekday == _FRIDAY else 24) * _HOUR_MS
    first_ms, last_ms = contacts[0].at_ms, contacts[-1].at_ms
    return Span(min(opens_ms, first_ms), max(closes_ms, last_ms + 1))

"""Recorded calls (`simulation/recorded_rows.py`) as days to replay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.gate import GateSettings
from config.routing import RoutingSettings
from simulation.recorded import RecordedCall, load_calls, shipped_days
from simulation.recorded_figures import HALF_HOUR_MS, Fate
from simulation.recorded_plan import DayPlan, PlannedContact, plan_day
from simulation.recorded_rows import RecordError
from simulation.recorded_settings import midnight_ms, recorded_queues, recorded_skills
from simulation.recorded_staffing import Pause, Shift
from simulation.replay_plan import Fact, ReplayContact, ReplayPlan, ReplayShift, Switch
from simulation.scenario_draws import Exponential
from simulation.virtual_draws import sampler, stream


@dataclass(frozen=True)
class CallsDay:
    """One day of recorded calls. `others` are the other days' calls of the same file.

    `marketing_mean_ms`: the record knows of no marketing, so it is drawn, exponentially.
    """

    date: str
    calls: Sequence[RecordedCall]
    others: Sequence[RecordedCall]
    gate: GateSettings
    marketing_mean_ms: int

    def plan(self, seed: int) -> ReplayPlan:
        """See `ReplaySource`. Raises `RecordError` if there is too little to estimate from."""
        day = plan_day(self.date, self.calls, seed, self.others)
        draw = Exponential(kind="exponential", mean=self.marketing_mean_ms)
        marketing = sampler(draw, stream(seed, self.date, "marketing"))
        return _replay_plan(day, self.gate, marketing)


def load_days(
    calls: str, dates: Sequence[str], gate: GateSettings, marketing_mean_ms: int
) -> list[CallsDay]:
    """Return the days of `calls`: a file, or the date of a shipped day; those of `dates`, or all.

    Each is planned once, so that what cannot be played is known before anything is. Raises
    `RecordError`.
    """
    source: str | Path = calls if calls in shipped_days() else Path(calls)
    if isinstance(source, Path) and not source.exists():
        raise RecordError(
            f"{calls}: there is no such file, and no shipped day of that name; give a .csv or"
            f" .csv.gz file, a journal, or one of {', '.join(shipped_days())}"
        )
    everything = load_calls(source)
    held = list(dict.fromkeys(call.date for call in everything))
    for date in dates:
        if date not in held:
            raise RecordError(f"{calls}: no calls of {date}; the file holds {', '.join(held)}")
    days = [
        CallsDay(
            date,
            [call for call in everything if call.date == date],
            [call for call in everything if call.date != date],
            gate,
            marketing_mean_ms,
        )
        for date in sorted(dates or held)
    ]
    for day in days:
        day.plan(0)
    return days


def _replay_plan(day: DayPlan, gate: GateSettings, marketing: Callable[[int], int]) -> ReplayPlan:
    midnight = midnight_ms(day.date)
    last_ms = max([day.open_hours.until_ms, *(shift.until_ms for shift in day.shifts)])
    first_ms = min([day.open_hours.from_ms, *(shift.from_ms for shift in day.shifts)])
    closing_ms = midnight + day.open_hours.until_ms
    return ReplayPlan(
        date=day.date,
        midnight_ms=midnight,
        start_ms=midnight + first_ms // HALF_HOUR_MS * HALF_HOUR_MS,
        end_ms=midnight + -(-last_ms // HALF_HOUR_MS) * HALF_HOUR_MS + HALF_HOUR_MS,
        settings=RoutingSettings(queues=recorded_queues(day, gate)),
        contacts=tuple(_contact(one, midnight, marketing(one.at_ms)) for one in day.calls),
        shifts=tuple(_shift(one, midnight) for one in day.shifts),
        switches=tuple(Switch(closing_ms, queue_id, False) for queue_id in day.queue_ids),
        facts=tuple(
            Fact(
                midnight + one.at_ms,
                one.queue_id,
                one.recorded_wait_ms,
                one.recorded_fate is Fate.ANSWERED,
            )
            for one in day.calls
        ),
    )


def _contact(one: PlannedContact, midnight: int, marketing_ms: int) -> ReplayContact:
    return ReplayContact(
        contact_id=one.contact_id,
        at_ms=midnight + one.at_ms,
        queue_id=one.queue_id,
        service_ms=one.service_ms,
        marketing_ms=marketing_ms,
        patience_ms=one.patience_ms,
        wait_credit_ms=one.wait_credit_ms,
        customer_id=one.customer_id,
    )


def _shift(one: Shift, midnight: int) -> ReplayShift:
    return ReplayShift(
        agent_id=one.agent_id,
        skills=recorded_skills(one.skills),
        from_ms=midnight + one.from_ms,
        until_ms=midnight + one.until_ms,
        pauses=tuple(Pause(midnight + p.due_ms, p.duration_ms) for p in one.pauses),
    )

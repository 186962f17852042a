"""What happens in a simulated centre by the clock: shifts, opening hours, prices, half-hours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from config.hours import is_open, next_change_ms
from router import events as e
from router.engine import Engine
from simulation.results_counts import PERIOD_MS
from simulation.scenario import Scenario, ScenarioQueue
from simulation.scenario_periods import boundaries_ms
from simulation.virtual_prices import PriceDesk
from simulation.virtual_staff import Staff
from simulation.virtual_watch import QueueWatch


class Centre(Protocol):
    """The centre, as far as the timetable needs it."""

    scenario: Scenario
    now_ms: int
    engine: Engine
    staff: Staff
    prices: PriceDesk
    looking: list[QueueWatch]

    def at(self, at_ms: int, happen: Callable[[Any], None], subject: Any = None) -> None:
        """Let something happen at a moment."""

    def tell(self, event: e.AnyEvent) -> None:
        """Tell the engine of an event."""

    def look(self) -> None:
        """Follow the displayed modes."""


class Timetable:
    """Puts all that happens by the clock on the centre's agenda. Nothing is left after the end."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    def plan(self) -> None:
        """Begin: staff sign in, queues open, first prices; and plan what comes later."""
        centre = self._centre
        scenario = centre.scenario
        self._change_staff()
        staffing = [period for group in scenario.groups for period in group.staffing]
        for at_ms in boundaries_ms(staffing, scenario.start_ms, scenario.end_ms):
            centre.at(at_ms, self._change_staff)
        self._work_out_prices()
        for queue in scenario.queues:
            self._open_or_close(queue)
        for at_ms in range(scenario.counted_from_ms, scenario.end_ms + PERIOD_MS, PERIOD_MS):
            centre.at(min(at_ms, scenario.end_ms), self._close_period)

    def _change_staff(self, _: None = None) -> None:
        for event in self._centre.staff.changes(self._centre.now_ms):
            self._centre.tell(event)
        self._centre.look()

    def _open_or_close(self, queue: ScenarioQueue) -> None:
        centre = self._centre
        shall = is_open(queue.hours, queue.time_zone, centre.now_ms)
        event = e.QueueOpened if shall else e.QueueClosed
        centre.tell(event(event_id="", at_ms=centre.now_ms, queue_id=queue.queue_id))
        change_ms = next_change_ms(queue.hours, queue.time_zone, centre.now_ms)
        if change_ms is not None and change_ms <= centre.scenario.end_ms:
            centre.at(change_ms, self._open_or_close, queue)

    def _work_out_prices(self, _: None = None) -> None:
        centre = self._centre
        for event in centre.prices.new_prices(centre.now_ms, centre.engine.state):
            centre.tell(event)
        for watch in centre.looking:
            watch.look_again()
        centre.look()
        next_ms = centre.prices.next_ms(centre.now_ms)
        if next_ms is not None and next_ms < centre.scenario.end_ms:
            centre.at(next_ms, self._work_out_prices)

    def _close_period(self, _: None = None) -> None:
        for watch in self._centre.looking:
            watch.close_period(self._centre.now_ms)
        self._centre.staff.pass_time(self._centre.now_ms)

"""What happens in a virtual centre by the clock: shifts, opening hours, prices, half-hours."""

from __future__ import annotations

from simulation.results_counts import PERIOD_MS
from simulation.virtual_day import Centre
from simulation.virtual_guards import MEASURED_EVERY_MS, VirtualGuards


class Timetable:
    """Puts all that happens by the clock on the centre's agenda. Nothing is left after the end."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    def plan(self) -> None:
        """Begin: staff sign in, queues open, first prices; and plan what comes later."""
        centre = self._centre
        day = centre.day
        day.plan_staff(centre)
        self._work_out_prices()
        day.plan_hours(centre)
        for at_ms in range(day.counted_from_ms, day.end_ms + PERIOD_MS, PERIOD_MS):
            centre.at(min(at_ms, day.end_ms), self._close_period)
        if centre.guards is not None:
            centre.at(day.start_ms, self._measure, centre.guards)

    def _work_out_prices(self, _: None = None) -> None:
        centre = self._centre
        for event in centre.prices.new_prices(centre.now_ms, centre.engine.state):
            centre.tell(event)
        for watch in centre.looking:
            watch.look_again()
        centre.look()
        next_ms = centre.prices.next_ms(centre.now_ms)
        if next_ms is not None and next_ms < centre.day.end_ms:
            centre.at(next_ms, self._work_out_prices)

    def _measure(self, guards: VirtualGuards) -> None:
        centre = self._centre
        for event in guards.changes(centre.engine.state, centre.now_ms):
            centre.tell(event)
        next_ms = centre.now_ms + MEASURED_EVERY_MS
        if next_ms < centre.day.end_ms:
            centre.at(next_ms, self._measure, guards)

    def _close_period(self, _: None = None) -> None:
        for watch in self._centre.looking:
            watch.close_period(self._centre.now_ms)
        self._centre.staff.pass_time(self._centre.now_ms)

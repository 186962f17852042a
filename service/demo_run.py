"""A run of the demo: broker and engine started, a day played, everything stopped and checked."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bus.embedded import EmbeddedBroker
from outcomes.audit import latest_acts
from service.demo_dashboard import until_listening, with_dashboard
from service.engine_process import EngineProcess
from simulation.demo_check import check_equal, counts_of, stored_counts
from simulation.demo_customers import DemoCustomers
from simulation.demo_day import DemoDay
from simulation.demo_figures import routed_figures
from simulation.demo_link import EngineLink
from simulation.demo_messages import SUPERVISOR
from simulation.demo_player import Player
from simulation.demo_settings import demo_settings, demo_topics
from simulation.demo_summary import DemoResult
from simulation.demo_window import recorded_figures
from simulation.recorded_plan import DayPlan
from simulation.recorded_settings import midnight_ms

JOURNAL_FILE = "journal.db"
LOG_FILE = "engine.log"
MOST_ACTS = 100

Shown = Callable[[Player], AbstractAsyncContextManager[object]]
"""What shows the player's day, from entering it to leaving it."""


@dataclass(frozen=True)
class DemoRun:
    """What to play, how fast (simulated seconds a second, 0: no waiting), and a new directory.

    `is_part`: the plan was cut to a part of its day. `with_marketing`: with a catalogue, and the
    gate open when another agent is idle; without, agents only serve. `dashboard`: the
    `[dashboard]` table of the engine, empty for none.
    """

    plan: DayPlan
    is_part: bool
    speed: float
    directory: Path
    with_marketing: bool = True
    dashboard: dict[str, Any] = field(default_factory=dict)

    @property
    def journal(self) -> Path:
        """The engine's journal."""
        return self.directory / JOURNAL_FILE


async def run_demo(run: DemoRun, shown: Shown) -> DemoResult:
    """Play the day and return its figures, checked against the engine's outcome store.

    Raises `EmbeddedBrokerError`, `EngineProcessError`, `EngineSilentError`, `EngineRefusedError`,
    `DemoMismatchError`, and what reading the journal raises.
    """
    plan = run.plan
    customers = DemoCustomers(plan.date, plan.seed) if run.with_marketing else None
    day = DemoDay(plan, customers)
    async with EmbeddedBroker() as broker:
        address = (broker.host, broker.port)
        settings = demo_settings(plan, address, run.journal, with_marketing=run.with_marketing)
        settings = with_dashboard(settings, run.dashboard)
        async with EngineProcess(settings, run.directory / LOG_FILE) as engine:
            started_s = time.monotonic()
            async with EngineLink(
                demo_topics(settings), *address, others_act=settings.dashboard.enabled
            ) as link:
                await _while_running(engine, link.wait_ready())
                await _while_running(engine, until_listening(settings.dashboard))
                player = Player(day, link, midnight_ms(run.plan.date), run.speed)
                with _stopped_by_signals(player):
                    async with shown(player):
                        await _while_running(engine, player.play())
            wall_s = time.monotonic() - started_s
    is_undisturbed = not day.refusals and not _others_acted(run.journal)
    if is_undisturbed:
        check_equal(counts_of(day.callers.values()), await stored_counts(run.journal))
    return _result(run, player, wall_s, is_undisturbed)


def _others_acted(journal: Path) -> bool:
    """Tell whether somebody acted on the pages: then the day is not the player's alone."""
    acts = (one.by for one in latest_acts(journal, MOST_ACTS))
    return any(by.startswith("supervisor/") and by != f"supervisor/{SUPERVISOR}" for by in acts)


def _result(run: DemoRun, player: Player, wall_s: float, is_undisturbed: bool) -> DemoResult:
    callers = player.day.callers.values()
    return DemoResult(
        day=run.plan.date,
        hours=run.plan.open_hours,
        played_until_ms=player.now_ms,
        is_complete=player.day.is_over,
        seed=run.plan.seed,
        speed=run.speed,
        wall_s=wall_s,
        is_part=run.is_part,
        journal=run.journal,
        recorded=recorded_figures(one.contact for one in callers if not one.is_waiting),
        routed=routed_figures(callers),
        is_undisturbed=is_undisturbed,
        marketing=None if player.day.offers is None else player.day.offers.day,
    )


async def _while_running(engine: EngineProcess, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, but only as long as the engine runs; raises `EngineProcessError` if it ends."""
    tasks = [asyncio.create_task(work), asyncio.create_task(engine.watch())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def _stopped_by_signals(player: Player) -> Iterator[None]:
    """While entered, Ctrl-C and SIGTERM stop the player in order."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, player.stop)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)

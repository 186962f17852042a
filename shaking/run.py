"""One run: the centre of a plan from its first contact until all is quiet again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import msgspec
import structlog

from bus.topics import Role
from config.settings import TidegateSettings
from service.engine_service import EngineService
from service.wiring import topic_space
from shaking.agents import AgentClient
from shaking.bridge import Bridge, Call
from shaking.broker import Broker, Trouble
from shaking.clients import BusClient
from shaking.disk import Disk, Torn
from shaking.faults import KINDS
from shaking.plan import AGENTS, BRIDGES, LOAD_S, Plan, settings_of
from shaking.process import EngineProcess
from shaking.verdict import check_at_rest, check_journal
from shaking.watch import Violation, Watch
from shaking.world import World

LOOK_S = 0.5
CALM_S = 12.0
"""What is repaired after the last fault, and how long things may take to be in order, seconds."""
QUIET_S = 120.0


class Result(msgspec.Struct, frozen=True):
    """What came of one seed."""

    plan: Plan
    violations: list[Violation]
    records: int
    contacts: int
    restarts: int
    torn: int
    story: list[tuple[float, object, Any]]


class Run:
    """The parts of one run, and what faults may do to them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.variant = plan.settings
        self.world = World(plan.seed)
        self.disk = Disk()
        self.broker = Broker(self.world, topic_space(self.settings()))
        self.watch = Watch(self.world, self.disk)
        self.watch.on_violation = self._end_soon
        self.broker.on_batch = self.watch.on_batch
        self.process: EngineProcess | None = None
        self.restarts = 0
        self.bridges = [Bridge(self.broker, name, plan.stay_s) for name in BRIDGES]
        self.agents = [
            AgentClient(self.broker, agent_id, plan.habits) for agent_id in AGENTS[: plan.agents]
        ]
        self.supervisor = BusClient(self.broker, Role.SUPERVISOR, "sam")
        for client in self.clients():
            client.on_reply = self.watch.on_reply

    def clients(self) -> list[BusClient]:
        """Return all clients of the bus but the engine."""
        return [*self.bridges, *self.agents, self.supervisor]

    def settings(self) -> TidegateSettings:
        """Return the configuration as it stands in the file now."""
        return settings_of(self.variant)

    # --- the engine's process -------------------------------------------------------------

    def start(self) -> None:
        """Start an engine, unless one runs."""
        if self.process is None:
            self.restarts += 1
            self.process = EngineProcess(
                self.world, self.disk, self.broker, self.settings(), self.watch, self._exited
            )

    def restart_after(self, s: float) -> None:
        """Start an engine after a while: what looks after processes does."""
        self.world.later(s, self.start)

    def kill(self, how: Torn, bytes_left: int) -> None:
        """Kill the engine."""
        if self.process is None:
            return
        process, self.process = self.process, None
        self.watch.engine_gone()
        process.kill(how, bytes_left)

    def _exited(self, why: str) -> None:
        self.watch.say(f"the engine has ended: {why}")
        self.watch.engine_gone()
        self.process = None
        if why == "failed":
            self.watch.violate("failed", "the engine has failed by itself")
        self.restart_after(0.5)

    def try_second(self) -> None:
        """Start a second engine beside the first; it must not get the journal."""

        def ended(why: str) -> None:
            self.watch.say(f"the second engine has ended: {why}")

        second = EngineProcess(
            self.world, self.disk, self.broker, self.settings(), _Unwatched(self.watch), ended
        )

        def look() -> None:
            if second.is_running():
                self.watch.violate("two_leaders", "a second engine has taken the journal")

        self.world.later(1.0, look)

    def in_process(self, step: Callable[[EngineService], object]) -> None:
        """Have something done inside the engine's process."""
        if self.process is not None:
            service = self.process.service
            asyncio._set_running_loop(self.process.loop)
            try:
                step(service)
            finally:
                asyncio._set_running_loop(None)

    def published(self) -> int:
        """Return the outbox watermark: the running engine's, which is ahead, or the disk's."""
        if self.process is None or not self.process.service.is_started:
            return self.disk.published
        return max(self.disk.published, self.process.service.outbox.published_seq)

    def engine_contacts(self) -> list[str]:
        """Return the contacts the engine has."""
        engine = self.watch.engine
        return list(engine.state.contacts) if engine is not None else []

    # --- the run --------------------------------------------------------------------------

    def play(self) -> Result:
        """Play the plan; it ends at the first violation."""
        with quiet_log():
            try:
                self._play()
            except Exception as error:
                self.watch.violate("crash", f"{type(error).__name__}: {error}")
            if self.process is not None:
                self.process.kill("all", 1)
        return Result(
            self.plan,
            self.watch.violations,
            self.watch.records,
            sum(len(one.arrived) for one in self.bridges),
            self.restarts - 1,
            self.disk.torn_found,
            list(self.watch.story),
        )

    def _play(self) -> None:
        self.start()
        self._begin()
        self._until(LOAD_S)
        self._repair()
        self._until(LOAD_S + CALM_S)
        self._until_quiet()
        if not self.watch.violations:
            check_at_rest(self)
        if not self.watch.violations:
            check_journal(self)

    def _begin(self) -> None:
        pick = Random(self.plan.seed + 1)
        for agent in self.agents:
            self.world.later(pick.uniform(0.1, 2.0), agent.sign_in)
        for number in range(self.plan.contacts):
            self.world.at(pick.uniform(0.5, LOAD_S - 5.0), self._arrive, number, pick.random())
        for fault in self.plan.faults:
            self.world.at(fault.at_s, self._fault, fault.kind, fault.seed)
        self.world.later(LOOK_S, self._look)

    def _arrive(self, number: int, chance: float) -> None:
        pick = Random(self.plan.seed * 1_000_003 + number)
        bridge = self.bridges[number % len(self.bridges)]
        patience_s = pick.expovariate(1 / 4.0) if pick.random() < 0.2 else pick.uniform(15.0, 40.0)
        call = Call(
            f"call-{number}",
            pick.choice(("cards", "loans")),
            patience_s,
            pick.uniform(*self.plan.stay_s),
            self.world.now_s,
        )
        customer = pick.randrange(60)
        fields: dict[str, Any] = {"customer_id": f"customer-{customer}"}
        if pick.random() < 0.6:
            fields["context"] = customer_context(customer)
        if pick.random() < 0.1:
            fields |= {"wait_credit_ms": 3_000, "priority": 5}
        bridge.arrive(call, fields)

    def _fault(self, kind: str, seed: int) -> None:
        self.watch.say(f"FAULT {kind}")
        KINDS[kind](self, Random(seed))

    def _look(self) -> None:
        process = self.process
        if process is not None and process.is_serving and not process.is_frozen:
            self.watch.look(LOOK_S)
        self.watch.check_watermark(self.broker.heard, self.published())
        self.world.later(LOOK_S, self._look)

    def _repair(self) -> None:
        """No more faults: what is broken is mended, and an engine runs."""
        self.broker.trouble = Trouble()
        self.broker.is_up, self.broker.silent_until_s = True, self.world.now_s
        self.disk.failing, self.disk.slowness = "", 1.0
        for queue_id in ("cards", "loans"):
            self.supervisor.send("queue_opened", queue_id=queue_id)
        self.start()

    def _until(self, end_s: float) -> None:
        if not self.watch.violations:
            self.world.run_until(end_s)

    def _until_quiet(self) -> None:
        end_s = self.world.now_s + QUIET_S
        while self.world.now_s < end_s and not self.watch.violations and not self.is_quiet():
            self.world.run_until(self.world.now_s + 0.5)

    def is_quiet(self) -> bool:
        """Whether nothing is under way any more, and no contact is left."""
        engine = self.watch.engine
        return (
            self.process is not None
            and self.process.is_serving
            and engine is not None
            and not engine.state.contacts
            and not any(one.assignments for one in engine.state.agents.values())
            and not any(one.pending for one in self.clients())
            and not any(one.calls for one in self.bridges)
            and not self.broker.under_way
            and self.disk.end.seq == engine.state.seq == self.published()
        )

    def _end_soon(self) -> None:
        self.world.stop()


class _Unwatched:
    """Watches a second engine that must not come to lead: its link and its state are nobody's."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def engine_for(self, state: Any) -> Any:
        """It has read the journal: it leads."""
        self._watch.violate("two_leaders", "a second engine has read the journal and leads")
        return self._watch.engine

    def on_entry(self, entry: Any) -> None:
        """Nothing."""

    def on_link(self, is_up: bool) -> None:
        """Nothing."""


def customer_context(customer: int) -> dict[str, Any]:
    """Return what is known of a customer, always the same."""
    return {
        "version": "1",
        "completeness": "complete",
        "household_id": f"household-{customer // 3}",
        "segment": "families",
        "stage": "grow",
        "held": [],
        "opted_out": customer % 10 == 0,
        "do_not_contact": customer % 10 == 1,
        "vulnerable": customer % 10 == 2,
        "open_complaints": int(customer % 10 == 3),
        "consents": []
        if customer % 10 == 4
        else [{"purpose": "*", "given": True, "at_ms": 1, "how": "web", "wording": "2026-1"}],
    }


@contextmanager
def quiet_log() -> Iterator[None]:
    """Log nothing: what happens stands in the story."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)

"""A load run against a running engine, through the broker, from sign-in to sign-out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from random import Random

from bus.connection import MqttConnection
from bus.link import ReceivedMessage
from bus.words import sentence
from simulation.load_agents import LoadAgents
from simulation.load_bridge import LoadBridge
from simulation.load_figures import LoadResult, Measured, Percentiles
from simulation.load_plan import LoadPlan
from simulation.load_sender import EventSender

CONNECT_S = 10.0
SIGN_IN_S = 30.0
LOOK_EVERY_S = 0.1

Tell = Callable[[str], None]


class LoadError(Exception):
    """The run could not be made; the text says why and what to do."""


async def run_load(plan: LoadPlan, tell: Tell) -> LoadResult:
    """Make one run; `tell` is given a line about its progress each second.

    Raises `LoadError` if the broker or the engine does not answer, or agents may not sign in.
    """
    async with AsyncExitStack() as stack:
        run = _Run(plan, tell)
        await run.connect(stack)
        await run.sign_in()
        await run.drive()
        result = run.result()
        await run.sign_out()
        return result


class _Run:
    """The generator's two clients and what is between them."""

    def __init__(self, plan: LoadPlan, tell: Tell) -> None:
        self._plan = plan
        self._tell = tell
        self._told_s = time.perf_counter()
        self._measured = Measured()
        bridge_link = self._connection("bridge", lambda message: self._bridge.receive(message))
        agents_link = self._connection("agents", lambda message: self._agents.receive(message))
        self._links = (bridge_link, agents_link)
        run_id = plan.run_id
        self._senders = (
            EventSender(bridge_link, self._measured, f"{run_id}-b"),
            EventSender(agents_link, self._measured, f"{run_id}-a"),
        )
        self._bridge = LoadBridge(plan, self._senders[0], self._measured)
        self._agents = LoadAgents(plan, self._senders[1], self._measured, self._bridge.arrived_s)

    def _connection(self, role: str, receive: Callable[[ReceivedMessage], None]) -> MqttConnection:
        def take(message: ReceivedMessage) -> None:
            message.link.acknowledge(message.packet_id)
            receive(message)

        client_id = f"{self._plan.name}-{role}"
        return MqttConnection(
            replace(self._plan.connection, client_id=client_id), take, random=Random()
        )

    # --- steps -------------------------------------------------------------------------

    async def connect(self, stack: AsyncExitStack) -> None:
        """Connect both clients; they are stopped with `stack`."""
        topics = (self._plan.bridge_topics(), self._agents.topics)
        for link, filters in zip(self._links, topics, strict=True):
            await link.subscribe(*filters)
            await stack.enter_async_context(link)
        where = f"{self._plan.connection.host}:{self._plan.connection.port}"
        try:
            async with asyncio.timeout(CONNECT_S):
                for link in self._links:
                    await link.wait_connected()
        except TimeoutError as error:
            raise LoadError(
                f"no MQTT broker answers at {where}: start one, or give its address with --broker"
            ) from error

    async def sign_in(self) -> None:
        """Close what an earlier run left, and sign all agents in."""
        self._bridge.report_no_live_contacts()
        self._agents.sign_in()
        await self._until(lambda: not self._unanswered or self._agents.refused, SIGN_IN_S)
        refused = self._agents.refused
        if refused is not None:
            why = sentence(refused.reason or "?", refused.detail or "", refused.have or "")
            raise LoadError(
                f"the engine does not let agents sign in: {why} Set limits.unlisted_agents = true"
            )
        if self._unanswered:
            raise LoadError(
                f"no engine answers under {self._plan.space.base}: is `tidegate serve` running,"
                " with the same tenant, site and domain, on the same broker?"
            )
        self._measured.forget_setting_up()

    async def drive(self) -> None:
        """Let all contacts arrive, and wait until all that the engine took are over."""
        arrivals = asyncio.create_task(self._bridge.send_arrivals())
        await self._until(arrivals.done)
        arrivals.result()
        await self._until(self._is_drained, self._plan.drain_s)
        measured = self._measured
        reserved = measured.arrival_to_reservation_s or measured.freed_to_reservation_s
        if self._bridge.journaled and not reserved:
            raise LoadError(
                "no contact reached an agent: if the queues require skills, give them with --skill"
            )

    async def sign_out(self) -> None:
        """Sign all agents out."""
        self._agents.sign_out()
        await self._until(lambda: not self._unanswered, SIGN_IN_S)

    # --- how it stands -----------------------------------------------------------------

    @property
    def _unanswered(self) -> int:
        return sum(sender.unanswered for sender in self._senders)

    def _is_drained(self) -> bool:
        served = self._bridge.journaled - self._bridge.over
        return not self._unanswered and len(self._measured.completed_s) >= served

    async def _until(self, condition: Callable[[], object], timeout_s: float | None = None) -> None:
        """Wait for `condition`, at most `timeout_s`; repeat what is unanswered meanwhile."""
        give_up_s = None if timeout_s is None else time.perf_counter() + timeout_s
        while not condition():
            now_s = time.perf_counter()
            if give_up_s is not None and now_s > give_up_s:
                return
            for sender in self._senders:
                sender.repeat(now_s - self._plan.repeat_after_s)
            if now_s - self._told_s >= 1.0:
                self._told_s = now_s
                self._tell(self._progress())
            await asyncio.sleep(LOOK_EVERY_S)

    def _progress(self) -> str:
        measured, bridge = self._measured, self._bridge
        return (
            f"{measured.offered:,} of {self._plan.contacts:,} arrived, "
            f"{len(measured.completed_s):,} completed, {bridge.busy:,} busy, "
            f"{self._unanswered:,} unanswered, {measured.repeats:,} repeats"
        )

    def result(self) -> LoadResult:
        """Return the figures."""
        plan, measured, bridge = self._plan, self._measured, self._bridge
        last_s = max([*measured.completed_s[-1:], measured.last_arrival_s])
        answered = bridge.journaled + bridge.busy + bridge.rejected
        completed = len(measured.completed_s)
        return LoadResult(
            rate_per_s=plan.rate_per_s,
            agents=plan.agents,
            talk_ms=round(plan.talk_ms, 1),
            offered=measured.offered,
            journaled=bridge.journaled,
            busy=bridge.busy,
            rejected=bridge.rejected,
            unanswered=measured.offered - answered,
            completed=completed,
            conserved=answered == measured.offered and completed + bridge.over == bridge.journaled,
            seconds=round(last_s - measured.first_arrival_s, 3),
            arrived_per_s=measured.arrived_per_s(),
            completed_per_s=measured.completed_per_s(),
            arrival_to_reservation_ms=Percentiles.of_seconds(measured.arrival_to_reservation_s),
            freed_to_reservation_ms=Percentiles.of_seconds(measured.freed_to_reservation_s),
            reply_ms=Percentiles.of_seconds(measured.reply_s),
            generator_late_ms=Percentiles.of_seconds(measured.late_s),
            repeats=measured.repeats,
            withdrawn=measured.withdrawn,
            errors=dict(measured.errors),
        )

"""The desk: the engine with its clock, writing down every step it takes as an entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bus.decision_messages import decision_message
from bus.recipients import Recipient, recipients
from bus.topics import Role, TopicSpace
from outcomes.journal import JournalRow
from router.decisions import AnyDecision
from router.engine import Engine
from router.events import AnyEvent, ClockTicked, EngineStarted, LinkLost, LinkRestored
from router.records import encode_body
from service.clock import Clock
from service.entry import Entry, Outgoing

STOOD_STILL_MS = 500
"""A process that did nothing for longer heard nobody: that time counts against no agent."""


class Desk:
    """Handles events and deadlines; each gives one entry, in the order of the journal."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        space: TopicSpace,
        deliver: Callable[[Entry], None],
        *,
        is_ticked: bool = False,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self._space = space
        self._deliver = deliver
        self._is_ticked = is_ticked
        self._awake_ms: int | None = None
        self.published = 0
        """Decision messages made since the start, for all recipients together."""

    def now_ms(self) -> int:
        """Return the engine's time: the clock's, and never before the last record's."""
        return max(self.clock.now_ms(), self.engine.state.now_ms)

    def handle(self, event: AnyEvent) -> Entry:
        """Do what is due before the event, then the event; its entry is not delivered yet."""
        self.do_due(event.at_ms)
        decisions = self.engine.handle(event)
        return self._entry(event, decisions)

    def tell(self, event: AnyEvent) -> None:
        """Handle an event of the engine's own, which nobody waits to be answered."""
        self._deliver(self.handle(event))

    def take_the_lead(self, event: EngineStarted) -> None:
        """Begin an epoch, before anything that came due while nobody led: it counts for nobody."""
        self._deliver(self._entry(event, self.engine.handle(event)))

    def do_due(self, now_ms: int) -> None:
        """Do what is due by `now_ms`: with a ticked clock all of it, else a slice.

        A ticked clock stops at each deadline on its way, so that simulated figures are exact. The
        real clock does not: after a pause of the process, time that has passed has passed; and
        however much is due, other work gets its turn in between (see `Alarm`). Agents could not
        answer a process that stood still, so that their timers stood still as well.
        """
        if not self._is_ticked:
            self._notice_standstill(now_ms)
        self._advance(now_ms)

    def _notice_standstill(self, now_ms: int) -> None:
        """Treat the time in which the process did nothing as a lost link. Cheap if there is none.

        Holds only if this is called more often than every `STOOD_STILL_MS` (see `Alarm.run`).
        """
        awake_ms, self._awake_ms = self._awake_ms, now_ms
        if awake_ms is None or now_ms - awake_ms <= STOOD_STILL_MS:
            return
        if self.engine.state.paused_since_ms is not None:
            return
        self._advance(awake_ms)
        for event in (
            LinkLost(event_id="", at_ms=max(awake_ms, self.engine.state.now_ms)),
            LinkRestored(event_id="", at_ms=now_ms),
        ):
            self._deliver(self._entry(event, self.engine.handle(event)))

    def _advance(self, now_ms: int) -> None:
        """Do what is due; see `do_due`."""
        engine = self.engine
        while (due_ms := engine.next_deadline_ms()) is not None and due_ms <= now_ms:
            decisions = engine.advance(due_ms if self._is_ticked else now_ms)
            tick = ClockTicked(event_id="", at_ms=engine.state.now_ms)
            self._deliver(self._entry(tick, decisions))
            if not self._is_ticked:
                return

    def _entry(self, event: AnyEvent, decisions: Sequence[AnyDecision]) -> Entry:
        state = self.engine.state
        at_ms = state.now_ms
        body = encode_body(event, decisions)
        kind = str(type(event).__struct_config__.tag)
        row = JournalRow(state.seq, at_ms, kind, event.event_id, body)
        outgoing = outgoing_of(self._space, state.seq, at_ms, decisions)
        self.published += len(outgoing)
        return Entry(row, outgoing)


def outgoing_of(
    space: TopicSpace,
    seq: int,
    at_ms: int,
    decisions: Sequence[AnyDecision],
) -> list[Outgoing]:
    """Return the decisions of one record that leave the engine, each with its topic."""
    outgoing: list[Outgoing] = []
    for index, decision in enumerate(decisions):
        to = recipients(decision)
        if to:
            message = decision_message(decision, seq, index, at_ms)
            outgoing += [Outgoing(topic_of(space, one), message) for one in to]
    return outgoing


def topic_of(space: TopicSpace, recipient: Recipient) -> str:
    """Return where a bridge or agent is told decisions."""
    if recipient.role is Role.BRIDGE:
        return space.decisions_to_bridge(recipient.name)
    return space.decisions_to_agent(recipient.name)

"""The demo's day as a simulation of everybody but the engine: no bus, no clock, no chance.

It holds what callers and agents are going to do, says what they tell the engine when their time
has come, and takes up what the engine decides. Instants are ms since midnight.
"""

import heapq
from enum import IntEnum, auto

from bus.decision_messages import (
    AgentStateChangedMessage,
    AnyDecisionMessage,
    AssignmentChangedMessage,
    ContactReservedMessage,
    MarketingDecidedMessage,
    OutcomeRecordedMessage,
    ProductsSelectedMessage,
    ProductsWithdrawnMessage,
)
from bus.topics import Role
from contacts.vocabulary import AgentState, AssignmentState
from simulation import demo_messages as say
from simulation.demo_customers import DemoCustomers
from simulation.demo_messages import ClientMessage
from simulation.demo_offers import AnyMarketingMessage, DemoOffers
from simulation.demo_people import Caller, DemoAgent, Doing
from simulation.recorded_plan import DayPlan

PAUSE_NOTICE_MS = 1
"""An agent announces a pause this much before it is due. The record's pauses are due when a wrap-up
ends; announced at that very moment, each would come after one more contact."""


class Step(IntEnum):
    """What happens next; at the same moment in this order."""

    HANG_UP = auto()
    SERVICE_OVER = auto()
    OFFER_OVER = auto()
    PAUSE_OVER = auto()
    SHIFT_STARTS = auto()
    PAUSE_DUE = auto()
    SHIFT_OVER = auto()
    ARRIVES = auto()
    CLOSES = auto()


class DemoDay:
    """Plays callers, PBX and agents of `plan`.

    Alternate `act`, for what is due, and `hear`, for each decision; send what they return. With
    `customers`, agents ask the gate when service is done, and present what the engine selects.
    """

    def __init__(self, plan: DayPlan, customers: DemoCustomers | None = None) -> None:
        self.plan = plan
        self.offers = None if customers is None else DemoOffers(customers)
        self.callers: dict[str, Caller] = {}
        self.agents = {shift.agent_id: DemoAgent(shift) for shift in plan.shifts}
        self._contacts = {contact.contact_id: contact for contact in plan.calls}
        self._steps: list[tuple[int, Step, int, str]] = []
        self._planned = 0
        self._unfinished = len(plan.calls)
        self.refusals = 0
        """How many messages the engine rejected, since somebody had acted on the pages."""
        self._is_closed = False
        for shift in plan.shifts:
            self._plan(shift.from_ms, Step.SHIFT_STARTS, shift.agent_id)
            self._plan(shift.until_ms, Step.SHIFT_OVER, shift.agent_id)
            for pause in shift.pauses:
                self._plan(pause.due_ms - PAUSE_NOTICE_MS, Step.PAUSE_DUE, shift.agent_id)
        for contact in plan.calls:
            self._plan(contact.at_ms, Step.ARRIVES, contact.contact_id)
        self._plan(plan.open_hours.until_ms, Step.CLOSES, "")

    @property
    def is_over(self) -> bool:
        """Closed, every caller gone, and every wrap-up done."""
        return self._is_closed and self._unfinished == 0

    def next_ms(self) -> int:
        """When somebody does something next; ask only while the day is not over."""
        return self._steps[0][0]

    def act(self) -> list[ClientMessage]:
        """Take the next step; return what the engine is told of it, which may be nothing."""
        now_ms, step, _, name = heapq.heappop(self._steps)
        match step:
            case Step.ARRIVES:
                return self._arrives(name, now_ms)
            case Step.HANG_UP:
                return self._hangs_up(self.callers[name], now_ms)
            case Step.SERVICE_OVER:
                return self._service_over(self.callers[name], now_ms)
            case Step.OFFER_OVER:
                return self._offer_over(self.callers[name], now_ms)
            case Step.SHIFT_STARTS:
                return self._shift_starts(self.agents[name])
            case Step.CLOSES:
                self._is_closed = True
                return [say.queue_closed(queue_id) for queue_id in self.plan.queue_ids]
            case Step.PAUSE_DUE:
                return self._pause_due(self.agents[name])
            case Step.PAUSE_OVER:
                return self._pause_over(self.agents[name], now_ms)
            case Step.SHIFT_OVER:
                return self._shift_over(self.agents[name])

    def go_home(self) -> list[ClientMessage]:
        """Sign out who is still there when the day is over."""
        present = (agent for agent in self.agents.values() if agent.doing is not Doing.AWAY)
        return [say.agent_signed_out(agent.agent_id) for agent in present]

    def _plan(self, at_ms: int, step: Step, name: str) -> None:
        self._planned += 1
        heapq.heappush(self._steps, (at_ms, step, self._planned, name))

    # --- callers -----------------------------------------------------------------------

    def _arrives(self, contact_id: str, now_ms: int) -> list[ClientMessage]:
        contact = self._contacts[contact_id]
        self.callers[contact_id] = Caller(contact)
        self._plan(now_ms + contact.patience_ms, Step.HANG_UP, contact_id)
        if self.offers is None:
            return [say.contact_arrived(contact)]
        return [say.contact_arrived(contact, **self.offers.customers.known_of(contact))]

    def _service_over(self, caller: Caller, now_ms: int) -> list[ClientMessage]:
        """With customers who may be marketed to, the agent asks; else the caller hangs up."""
        if caller.gone_ms is not None:
            return []
        if self.offers is None or caller.agent_id is None:
            return self._leaves(caller, now_ms)
        return [say.service_completed(caller.agent_id, caller.contact.contact_id)]

    def _leaves(self, caller: Caller, now_ms: int) -> list[ClientMessage]:
        caller.gone_ms = now_ms
        return [say.contact_ended(caller.contact.contact_id)]

    def _hangs_up(self, caller: Caller, now_ms: int) -> list[ClientMessage]:
        if not caller.is_waiting:
            return []
        caller.gone_ms = now_ms
        self._unfinished -= 1
        return [say.contact_ended(caller.contact.contact_id)]

    # --- agents ------------------------------------------------------------------------

    def _shift_starts(self, agent: DemoAgent) -> list[ClientMessage]:
        signed_in = say.agent_signed_in(agent.agent_id, ready=not agent.pauses)
        pause = [say.agent_not_ready(agent.agent_id, say.PAUSE)] if agent.pauses else []
        return [signed_in, *pause]

    def _pause_due(self, agent: DemoAgent) -> list[ClientMessage]:
        """Ask for the pause; the engine lets it begin when the contact in hand is done."""
        agent.pauses.append(agent.pauses_to_come.popleft())
        if agent.doing is Doing.AWAY or len(agent.pauses) > 1:
            return []
        return [say.agent_not_ready(agent.agent_id, say.PAUSE)]

    def _pause_begins(self, agent: DemoAgent, now_ms: int) -> None:
        pause = agent.pauses[0]
        agent.begin(Doing.PAUSING, now_ms)
        over_ms = max(now_ms, pause.due_ms) + pause.duration_ms
        self._plan(over_ms, Step.PAUSE_OVER, agent.agent_id)

    def _pause_over(self, agent: DemoAgent, now_ms: int) -> list[ClientMessage]:
        """Back to work, unless another pause became due meanwhile: that has its full length too."""
        if agent.doing is Doing.AWAY:
            return []
        agent.pauses.popleft()
        if not agent.pauses:
            return [say.agent_ready(agent.agent_id)]
        self._pause_begins(agent, now_ms)
        return []

    def _shift_over(self, agent: DemoAgent) -> list[ClientMessage]:
        if agent.doing is Doing.AWAY:
            return []
        if agent.contact_id is None:
            return [say.agent_signed_out(agent.agent_id)]
        return [say.agent_not_ready(agent.agent_id, say.SHIFT_OVER)]

    def refused(self, message: ClientMessage, now_ms: int) -> list[ClientMessage]:
        """Take up that the engine rejected a message: somebody else acts for the agent meanwhile.

        The caller, once served, then leaves without being asked for more.
        """
        self.refusals += 1
        if message.type != "service_completed":
            return []
        return self._leaves(self.callers[str(message.fields["contact_id"])], now_ms)

    # --- decisions ---------------------------------------------------------------------

    def hear(self, role: Role, decision: AnyDecisionMessage, now_ms: int) -> list[ClientMessage]:
        """Take up a decision that the PBX (`Role.BRIDGE`) or an agent was told; return answers."""
        if role is Role.BRIDGE:
            if (
                isinstance(decision, AssignmentChangedMessage)
                and decision.state is AssignmentState.TALK
            ):
                self._answered(self.callers[decision.contact_id], decision.agent_id, now_ms)
            return []
        return self._agent_hears(decision, now_ms)

    def _answered(self, caller: Caller, agent_id: str, now_ms: int) -> None:
        caller.answered_ms, caller.agent_id = now_ms, agent_id
        contact = caller.contact
        self._plan(now_ms + contact.service_ms, Step.SERVICE_OVER, contact.contact_id)

    def _agent_hears(self, decision: AnyDecisionMessage, now_ms: int) -> list[ClientMessage]:
        match decision:
            case ContactReservedMessage(agent_id=agent_id):
                self.agents[agent_id].contact_id = decision.contact_id
                return say.answers(decision)
            case AssignmentChangedMessage(agent_id=agent_id, state=AssignmentState.TALK):
                self.agents[agent_id].begin(Doing.TALKING, now_ms)
            case AssignmentChangedMessage(agent_id=agent_id, state=AssignmentState.MARKETING):
                self.agents[agent_id].begin(Doing.OFFERING, now_ms)
            case AssignmentChangedMessage(agent_id=agent_id, state=AssignmentState.WRAP_UP):
                self.agents[agent_id].begin(Doing.WRAPPING_UP, now_ms)
            case OutcomeRecordedMessage(agent_id=str(agent_id)):
                agent = self.agents[agent_id]
                agent.contact_id = None
                agent.begin(Doing.AVAILABLE, now_ms)
                self._unfinished -= decision.final
            case AgentStateChangedMessage(agent_id=agent_id):
                return self._state_changed(self.agents[agent_id], decision, now_ms)
            case MarketingDecidedMessage() | ProductsSelectedMessage() | ProductsWithdrawnMessage():
                return self._marketing_heard(decision, now_ms)
        return []

    # --- marketing ---------------------------------------------------------------------

    def _marketing_heard(self, decision: AnyMarketingMessage, now_ms: int) -> list[ClientMessage]:
        """The gate has answered, or says what to present, or what not to."""
        assert self.offers is not None
        caller = self.callers[decision.contact_id]
        match decision:
            case MarketingDecidedMessage():
                self.offers.day.decided(decision, now_ms)
                return [] if decision.granted else self._leaves(caller, now_ms)
            case ProductsSelectedMessage(contact_id=contact_id):
                over_ms = now_ms + self.offers.begin(caller.contact, decision)
                self._plan(over_ms, Step.OFFER_OVER, contact_id)
                return [say.products_presented(decision.agent_id, contact_id)]
            case ProductsWithdrawnMessage():
                self.offers.withdraw(decision)
        return []

    def _offer_over(self, caller: Caller, now_ms: int) -> list[ClientMessage]:
        """The agent records what the caller said to each product; then the caller hangs up."""
        assert self.offers is not None
        assert caller.agent_id is not None
        contact_id = caller.contact.contact_id
        said = self.offers.end(caller.contact)
        recorded = [say.reaction_recorded(caller.agent_id, contact_id, one) for one in said]
        return [*recorded, *self._leaves(caller, now_ms)]

    # --- agents' states ----------------------------------------------------------------

    def _state_changed(
        self, agent: DemoAgent, decision: AgentStateChangedMessage, now_ms: int
    ) -> list[ClientMessage]:
        match decision.state, decision.reason:
            case AgentState.READY, _:
                agent.begin(Doing.AVAILABLE, now_ms)
            case AgentState.SIGNED_OUT, _:
                agent.begin(Doing.AWAY, now_ms)
            case AgentState.NOT_READY, say.PAUSE:
                self._pause_begins(agent, now_ms)
            case AgentState.NOT_READY, say.SHIFT_OVER:
                return [say.agent_signed_out(agent.agent_id)]
        return []

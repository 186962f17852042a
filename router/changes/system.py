"""What decisions about queues, timers, epochs and the configuration change."""

from __future__ import annotations

from config.routing import RoutingSettings
from router import decisions as d
from router.changes.contacts import forget_empty_queue
from router.deadlines import DeadlineKind
from router.state import ALARMS_KEPT, Acknowledgement, RoutingState


def queue_switched(state: RoutingState, one: d.QueueSwitched) -> None:
    """A queue opens or closes; those who wait are drained, or not."""
    queue = state.queues[one.queue_id]
    queue.is_open = one.is_open
    queue.at_closing = one.at_closing
    state.set_drain(queue, state.now_ms + 1 if one.drain else None)


def timers_paused(state: RoutingState, one: d.TimersPaused) -> None:
    """Agents' timers stand still."""
    state.paused_since_ms = state.now_ms


def timers_resumed(state: RoutingState, one: d.TimersResumed) -> None:
    """Agents' timers go on, as much later as they stood still."""
    state.paused_since_ms = None
    for agent in state.agents.values():
        if agent.lost_until_ms is not None:
            agent.lost_until_ms += one.shift_ms
            key = (DeadlineKind.AGENT_GRACE, agent.agent_id, "")
            state.deadlines.set(key, agent.lost_until_ms)
        for assignment in agent.assignments.values():
            if assignment.until_ms is not None:
                assignment.until_ms += min(one.shift_ms, state.now_ms - assignment.since_ms)
                state.set_assignment_deadline(assignment)


def alarm_noted(state: RoutingState, one: d.AlarmNoted) -> None:
    """An alarm is acknowledged; of very many, the oldest are forgotten."""
    state.alarms[one.alarm_id] = Acknowledgement(one.by, state.now_ms)
    while len(state.alarms) > ALARMS_KEPT:
        del state.alarms[next(iter(state.alarms))]


def bridge_noted(state: RoutingState, one: d.BridgeNoted) -> None:
    """A bridge is silent, or heard again."""
    if one.is_silent:
        state.silent_bridges.add(one.bridge)
    else:
        state.silent_bridges.discard(one.bridge)


def epoch_began(state: RoutingState, one: d.EpochBegan) -> None:
    """A leader's number."""
    state.epoch = one.epoch


def configuration_applied(state: RoutingState, one: d.ConfigurationApplied) -> None:
    """Settings take effect on queues, agents and the index of both."""
    settings = RoutingSettings.model_validate(one.settings)
    state.settings = settings
    state.receipts.size = settings.limits.remembered_events
    state.handled.resize(settings.limits.remembered_contacts)
    state.matcher.exclusive = frozenset(settings.limits.exclusive_channels)
    wanted = {queue.queue_id for queue in settings.queues}
    for queue_settings in settings.queues:
        queue = state.matcher.configure_queue(queue_settings)
        if queue.is_removed:
            queue.is_removed, queue.is_open, queue.at_closing = False, True, None
    for queue_id in [one for one in state.queues if one not in wanted]:
        state.queues[queue_id].is_removed = True
        state.queues[queue_id].is_open = False
        forget_empty_queue(state, queue_id)
    for queue in state.queues.values():
        drains = queue.turns_away and queue.waiting > 0
        state.set_drain(queue, state.now_ms + 1 if drains else None)
    _configure_agents(state, settings)
    state.matcher.reconnect(state.agents)
    state.note_latching()


def _configure_agents(state: RoutingState, settings: RoutingSettings) -> None:
    state.listed = {agent.agent_id: agent for agent in settings.agents}
    for listed in settings.agents:
        agent = state.agents.get(listed.agent_id)
        if agent is None:
            continue
        agent.team = listed.team
        if agent.own_skills is not None:
            agent.own_skills = dict(listed.skills)
        skills = agent.skills if agent.own_skills is not None else listed.skills
        if agent.skills != skills or agent.capacity != listed.capacity:
            agent.skills = dict(skills)
            agent.capacity = dict(listed.capacity)
            state.matcher.place_agent(agent)

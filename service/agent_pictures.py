"""Pictures of agents for readers, made from a follower's state."""

from __future__ import annotations

from agents.agent import Agent, Assignment
from bus.snapshot_parts import AgentToday
from bus.snapshots import AgentContact, AgentSnapshot
from config.routing import AgentSettings
from contacts.vocabulary import AgentState
from marketing.readiness import certified_for
from queues.agent_day import AgentDay, spent_today_ms
from router.observer import Observer
from router.offers import Offers
from router.state import RoutingState
from service.offer_pictures import round_picture
from service.shown_modes import ShownModes


def agent_picture(
    state: RoutingState, observer: Observer, agent: Agent, modes: ShownModes, now_ms: int
) -> AgentSnapshot:
    """Show one agent as it is at `now_ms`."""
    listed = state.listed.get(agent.agent_id) or AgentSettings(agent_id=agent.agent_id)
    time_zone = observer.today.local.time_zone
    return AgentSnapshot(
        epoch=state.epoch,
        sequence=state.seq,
        at_ms=now_ms,
        agent_id=agent.agent_id,
        name=listed.name,
        team=agent.team,
        state=agent.state,
        since_ms=agent.since_ms,
        reason=agent.reason,
        state_by=agent.state_by,
        has_session=agent.state is not AgentState.SIGNED_OUT,
        lost=agent.lost_until_ms is not None,
        contacts=[_contact_picture(state.offers, one, modes) for one in agent.assignments.values()],
        skills=agent.skills,
        queues=[line.settings.queue_id for line in state.matcher.lines_of(agent) if not line.extra],
        certificates=sorted(certified_for(listed, now_ms, time_zone)),
        is_learner=listed.learner,
        today=_today(observer, agent.agent_id, now_ms),
    )


def _contact_picture(offers: Offers, one: Assignment, modes: ShownModes) -> AgentContact:
    mode, reason = modes.of_contact(one.agent_id, one.contact_id) or (None, None)
    return AgentContact(
        contact_id=one.contact_id,
        queue_id=one.queue_id,
        state=one.state,
        since_ms=one.since_ms,
        until_ms=one.until_ms,
        revision=one.revision,
        customer_id=one.customer_id,
        reason=one.reason,
        mode=mode,
        mode_reason=reason,
        round=round_picture(offers, one),
    )


def _today(observer: Observer, agent_id: str, now_ms: int) -> AgentToday:
    today = observer.today
    since_ms, done = today.agents.read(agent_id, today.local, now_ms)
    _, sold = today.marketing.of_agents.read(agent_id, today.local, now_ms)
    at_work = observer.activities.agents.get(agent_id)
    lasting = AgentDay()
    if at_work is not None and at_work.span is not None:
        span = at_work.span
        lasting.add_time(span.activity, spent_today_ms(span, today.local, now_ms))
    return AgentToday(
        since_ms=since_ms,
        handled=done.handled,
        accepted_contacts=done.accepted_contacts,
        rona=done.rona,
        aht_ms=done.aht_ms,
        talk_ms=done.talk_ms + lasting.talk_ms,
        ready_ms=done.ready_ms + lasting.ready_ms,
        not_ready_ms=done.not_ready_ms + lasting.not_ready_ms,
        presented=sold.presented,
        accepted=sold.accepted,
        value_milli=sold.value_milli,
    )

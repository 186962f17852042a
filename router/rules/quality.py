"""Quality: answers to surveys, and schedules. Noted for the outcome store."""

from __future__ import annotations

from contacts.vocabulary import Rejection
from router.quality_decisions import ScheduleNoted, SurveyNoted
from router.quality_events import SchedulePublished, SurveyAnswered
from router.turn import Refused, Turn


def survey_answered(turn: Turn, event: SurveyAnswered) -> None:
    """Note an answer; refused if no agent had the contact, or too long ago to know."""
    if event.contact_id not in turn.state.handled:
        raise Refused(Rejection.CONTACT_NOT_HANDLED, event.contact_id)
    turn.emit(SurveyNoted(event.contact_id, event.question, event.score, event.least, event.most))


def schedule_published(turn: Turn, event: SchedulePublished) -> None:
    """Note an agent's schedule; refused for an agent who could not even sign in."""
    state = turn.state
    is_known = event.agent_id in state.listed or event.agent_id in state.agents
    if not is_known and not state.settings.limits.unlisted_agents:
        raise Refused(Rejection.AGENT_UNKNOWN, event.agent_id)
    turn.emit(ScheduleNoted(event.agent_id, event.from_ms, event.until_ms, event.spans))

"""Decisions about quality: noted for the outcome store; they change nothing in the live state."""

from __future__ import annotations

from router.decision import Decision
from router.quality_events import ScheduledSpan


class SurveyNoted(Decision, frozen=True, gc=False, tag="survey_noted"):
    """A customer's answer about a contact an agent handled: `score` from `least` to `most`.

    The last one for a contact and question counts.
    """

    contact_id: str
    question: str
    score: int
    least: int
    most: int


class ScheduleNoted(Decision, frozen=True, gc=False, tag="schedule_noted"):
    """From `from_ms` to `until_ms` this is the agent's schedule, in place of what it was."""

    agent_id: str
    from_ms: int
    until_ms: int
    spans: tuple[ScheduledSpan, ...]


AnyQualityDecision = SurveyNoted | ScheduleNoted

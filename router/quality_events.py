"""Events about quality: what customers answered afterwards, and when agents were to work."""

from __future__ import annotations

import msgspec

from contacts.vocabulary import ScheduledActivity
from router.event import Event


class SurveyAnswered(Event, frozen=True, gc=False, kw_only=True, tag="survey_answered"):
    """A customer's answer to one question about a contact; another one corrects it.

    `score` is on the scale from `least` to `most`, higher is more content. `question` is a code of
    the survey's own, "" where there is only one.
    """

    contact_id: str
    score: int
    least: int = 1
    most: int = 5
    question: str = ""


class ScheduledSpan(msgspec.Struct, frozen=True, gc=False):
    """A stretch of an agent's schedule: `from_ms` included, `until_ms` not."""

    from_ms: int
    until_ms: int
    activity: ScheduledActivity


class SchedulePublished(Event, frozen=True, gc=False, kw_only=True, tag="schedule_published"):
    """An agent's whole schedule from `from_ms` to `until_ms`: replaces what it was in that time.

    `spans` lie within it and do not overlap; the time between them is not scheduled.
    """

    agent_id: str
    from_ms: int
    until_ms: int
    spans: tuple[ScheduledSpan, ...]


AnyQualityEvent = SurveyAnswered | SchedulePublished

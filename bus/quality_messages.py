"""Messages about quality: survey answers and schedules, checked once, at the edge."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import FailFast, Field, model_validator

from bus.envelope import EventMessage, Model, UnixMs
from config.base import DAY_MS
from config.routing import Id
from contacts.vocabulary import ScheduledActivity
from router import quality_events as events

MAX_SPANS = 1_000
MAX_SCHEDULE_MS = 100 * DAY_MS

Score = Annotated[int, Field(ge=0, le=1_000)]


class SurveyAnsweredMessage(EventMessage):
    """A customer's answer to one question about a contact; another one corrects it."""

    event = events.SurveyAnswered
    type: Literal["survey_answered"]
    contact_id: Id
    score: Score
    """The answer, from `least` to `most`; higher is more content."""
    least: Score = 1
    """The lowest answer there is."""
    most: Score = 5
    """The highest."""
    question: Id | Literal[""] = ""
    """A code for the question; left out where the survey has only one."""

    @model_validator(mode="after")
    def _is_on_the_scale(self) -> Self:
        if self.least >= self.most:
            raise ValueError(f"least is {self.least}; it must be less than most, {self.most}")
        if not self.least <= self.score <= self.most:
            raise ValueError(
                f"score is {self.score}; it must be from least, {self.least}, to most, {self.most}"
            )
        return self


class ScheduledSpanMessage(Model):
    """A stretch of the schedule."""

    from_ms: UnixMs
    until_ms: UnixMs
    activity: Annotated[ScheduledActivity, Field(strict=False)]


class SchedulePublishedMessage(EventMessage):
    """An agent's whole schedule from `from_ms` to `until_ms`, in place of what it was."""

    event = events.SchedulePublished
    type: Literal["schedule_published"]
    agent_id: Id
    from_ms: UnixMs
    until_ms: UnixMs
    spans: Annotated[list[ScheduledSpanMessage], FailFast(), Field(max_length=MAX_SPANS)]
    """In order of time, within it, without overlap; empty: nothing is scheduled."""

    @model_validator(mode="after")
    def _spans_follow_each_other(self) -> Self:
        if not self.from_ms < self.until_ms <= self.from_ms + MAX_SCHEDULE_MS:
            raise ValueError(
                f"until_ms is {self.until_ms}; it must be after from_ms, {self.from_ms}, by at"
                f" most {MAX_SCHEDULE_MS} ms"
            )
        reached_ms = self.from_ms
        for place, span in enumerate(self.spans):
            if not reached_ms <= span.from_ms < span.until_ms <= self.until_ms:
                raise ValueError(
                    f"spans[{place}] is {span.from_ms} to {span.until_ms}; spans must lie within"
                    " from_ms and until_ms, in order of time and without overlap"
                )
            reached_ms = span.until_ms
        return self

    def event_fields(self) -> dict[str, Any]:
        """See `EventMessage`."""
        spans = tuple(events.ScheduledSpan(**one.__dict__) for one in self.spans)
        return {**super().event_fields(), "spans": spans}

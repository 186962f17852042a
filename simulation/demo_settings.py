"""The demo's engine: settings made from the plan of a day."""

from datetime import UTC, datetime
from pathlib import Path

from bus.topics import TopicSpace
from config.settings import TidegateSettings
from simulation.recorded_figures import SERVICE_LEVEL_THRESHOLD_MS
from simulation.recorded_plan import DayPlan

SKILL_LEVEL = 5


def midnight_ms(date: str) -> int:
    """The midnight that begins `date`, Unix milliseconds; the day's clock is taken as UTC."""
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()) * 1000


def demo_settings(plan: DayPlan, broker: tuple[str, int], journal: Path) -> TidegateSettings:
    """Settings of an engine for this day: its queues and agents, and a ticked clock.

    An agent has a skill for each queue served. Nothing is fsynced record by record
    (`synchronous = "NORMAL"`): the demo shall not depend on the speed of a disk.
    """
    wrap_up = {"kind": "timed", "duration_ms": plan.wrap_up_ms}
    level = {"threshold_ms": SERVICE_LEVEL_THRESHOLD_MS, "denominator": "arrived"}
    return TidegateSettings.model_validate(
        {
            "centre": {"tenant": "demo"},
            "bus": {"broker": "mqtt", "host": broker[0], "port": broker[1]},
            "journal": {"path": journal, "synchronous": "NORMAL"},
            "service": {"clock": "ticked", "http_port": 0},
            "queues": [
                {
                    "queue_id": queue_id,
                    "requires": {queue_id: 1},
                    "wrap_up": wrap_up,
                    "service_level": level,
                }
                for queue_id in plan.queue_ids
            ],
            "agents": [
                {"agent_id": shift.agent_id, "skills": dict.fromkeys(shift.skills, SKILL_LEVEL)}
                for shift in plan.shifts
            ],
        }
    )


def demo_topics(settings: TidegateSettings) -> TopicSpace:
    """The topics of the demo's engine."""
    centre = settings.centre
    return TopicSpace(centre.tenant, centre.site, centre.domain)

"""The demo's engine: settings made from the plan of a day."""

from pathlib import Path

from bus.topics import TopicSpace
from config.settings import TidegateSettings
from simulation.recorded_plan import DayPlan
from simulation.recorded_settings import recorded_queues, recorded_skills


def demo_settings(plan: DayPlan, broker: tuple[str, int], journal: Path) -> TidegateSettings:
    """Settings of an engine for this day: its queues and agents, and a ticked clock.

    An agent has a skill for each queue served. Nothing is fsynced record by record
    (`synchronous = "NORMAL"`): the demo shall not depend on the speed of a disk.
    """
    return TidegateSettings.model_validate(
        {
            "centre": {"tenant": "demo"},
            "bus": {"broker": "mqtt", "host": broker[0], "port": broker[1]},
            "journal": {"path": journal, "synchronous": "NORMAL"},
            "service": {"clock": "ticked", "http_port": 0},
            "queues": recorded_queues(plan),
            "agents": [
                {"agent_id": shift.agent_id, "skills": recorded_skills(shift.skills)}
                for shift in plan.shifts
            ],
        }
    )


def demo_topics(settings: TidegateSettings) -> TopicSpace:
    """The topics of the demo's engine."""
    centre = settings.centre
    return TopicSpace(centre.tenant, centre.site, centre.domain)

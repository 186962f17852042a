"""The demo's engine: settings made from the plan of a day."""

from pathlib import Path
from typing import Any

from bus.topics import TopicSpace
from config.gate import GateSettings
from config.settings import TidegateSettings
from simulation.demo_customers import CATALOGUE_FILE
from simulation.recorded_plan import DayPlan
from simulation.recorded_settings import recorded_queues, recorded_skills
from simulation.recorded_staffing import Shift

GATE = GateSettings(policy="threshold", threshold=-1)
"""Market while another agent is idle. Solved prices would come when the machine has the time to
solve them: then the day would depend on the speed it is played at."""
LEARNER_EVERY = 7
CREDIT_EVERY = 3


def demo_settings(
    plan: DayPlan, broker: tuple[str, int], journal: Path, *, with_marketing: bool = True
) -> TidegateSettings:
    """Settings of an engine for this day: its queues and agents, and a ticked clock.

    An agent has a skill for each queue served. Nothing is fsynced record by record
    (`synchronous = "NORMAL"`): the demo shall not depend on the speed of a disk.
    """
    return TidegateSettings.model_validate(
        {
            "centre": {"tenant": "demo"},
            "bus": {"broker": "mqtt", "host": broker[0], "port": broker[1]},
            "journal": {"path": journal, "synchronous": "NORMAL"},
            "service": {
                "clock": "ticked",
                "http_port": 0,
                "catalogue_file": CATALOGUE_FILE if with_marketing else None,
            },
            "marketing": {"enabled": with_marketing},
            "queues": recorded_queues(plan, GATE if with_marketing else None),
            "agents": [_agent(number, shift) for number, shift in enumerate(plan.shifts)],
        }
    )


def _agent(number: int, shift: Shift) -> dict[str, Any]:
    """An agent of the record. Who may present what is made up: credit needs a course of its own,
    and some are still learning."""
    certificates = {"*": "none"} if number % CREDIT_EVERY else _all_but_credit()
    return {
        "agent_id": shift.agent_id,
        "skills": recorded_skills(shift.skills),
        "team": "internet" if "internet" in shift.skills else "cards",
        "certificates": certificates,
        "learner": number % LEARNER_EVERY == LEARNER_EVERY - 1,
    }


def _all_but_credit() -> dict[str, str]:
    names = ("cards", "instalments", "statements", "alerts", "payments", "insurance", "rewards")
    return dict.fromkeys(names, "none")


def demo_topics(settings: TidegateSettings) -> TopicSpace:
    """The topics of the demo's engine."""
    centre = settings.centre
    return TopicSpace(centre.tenant, centre.site, centre.domain)

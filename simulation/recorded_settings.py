"""A recorded day's queues as the engine's settings have them, and its midnight."""

from __future__ import annotations

from datetime import datetime

from config.gate import GateSettings
from config.routing import QueueSettings, ServiceLevelSettings, WrapUpSettings
from simulation.recorded_figures import SERVICE_LEVEL_THRESHOLD_MS
from simulation.recorded_plan import DayPlan

SKILL_LEVEL = 5


def midnight_ms(date: str) -> int:
    """The midnight that begins `date`, Unix milliseconds; the day's clock is taken as UTC."""
    return int(datetime.fromisoformat(f"{date}T00:00:00+00:00").timestamp()) * 1000


def recorded_queues(plan: DayPlan, gate: GateSettings | None = None) -> list[QueueSettings]:
    """The queues of the plan; each requires one skill, that of its own name."""
    return [
        QueueSettings(
            queue_id=queue_id,
            requires={queue_id: 1},
            wrap_up=WrapUpSettings(kind="timed", duration_ms=plan.wrap_up_ms),
            service_level=ServiceLevelSettings(
                threshold_ms=SERVICE_LEVEL_THRESHOLD_MS, denominator="arrived"
            ),
            gate=gate or GateSettings(),
        )
        for queue_id in plan.queue_ids
    ]


def recorded_skills(queue_ids: tuple[str, ...]) -> dict[str, int]:
    """The skills of an agent who serves these queues."""
    return dict.fromkeys(queue_ids, SKILL_LEVEL)

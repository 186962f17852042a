"""Agents who serve several queues, shared out among them for the gate's model. Pure."""

from __future__ import annotations

from collections.abc import Sequence

ROUNDS = 100


def shared_out(
    groups: Sequence[tuple[float, Sequence[str]]], work: dict[str, float]
) -> dict[str, float]:
    """Return how many agents each queue has, sharing out those who serve several.

    `groups` are numbers of agents with the queues they serve, `work` is what arrives in each queue
    (any unit, above 0). Each group's agents are moved, round by round, to the queues loaded most,
    until the loads it can influence are equal. Queues that are not in `work` get nobody.
    """
    parts = [{queue: work[queue] for queue in queues if queue in work} for _, queues in groups]
    agents = dict.fromkeys(work, 0.0)
    for _ in range(ROUNDS):
        for (number, _), part in zip(groups, parts, strict=True):
            total = sum(part.values())
            for queue in part:
                part[queue] *= number / total if total else 0.0
        agents = {queue: sum(part.get(queue, 0.0) for part in parts) for queue in work}
        for part in parts:
            for queue in part:
                part[queue] *= work[queue] / agents[queue] if agents[queue] else 0.0
    return agents

"""Where the system spends its time, roughly: the model without chance."""

from __future__ import annotations

from gate.model import GateModel
from gate.solver.blocks import Actions, Rates

STEPS_PER_TIME, TIMES = 20, 60


def usual_state(model: GateModel, actions: Actions) -> tuple[int, int]:
    """Return a state (contacts in the system, agents marketing) that is not rare.

    Follows the averages of the model (a fluid limit) from a full system for many mean times, by
    Euler's rule; never the lowest or highest level.
    """
    rates, agents = Rates.of(model), model.agents
    positive = [rate for rate in (rates.service, rates.marketing, rates.abandonment) if rate > 0]
    step_s = 1.0 / max(positive) / STEPS_PER_TIME
    contacts, marketing = float(agents), 0.0
    highest, most_marketing = float(actions.top), float(actions.most_marketing)
    below, above = actions.chance[-1].tolist(), actions.chance[0].tolist()
    for _ in range(min(round(TIMES / min(positive) / step_s), 20_000)):
        level = min(round(contacts), actions.top)
        chance = (below if level < agents else above)[level][round(marketing)]
        serving = max(min(contacts, agents) - marketing, 0.0)
        waiting = max(contacts - agents, 0.0)
        ended, moved_on = serving * rates.service * (1.0 - chance), marketing * rates.marketing
        change = rates.arrival - ended - moved_on - waiting * rates.abandonment
        contacts = min(max(contacts + step_s * change, 0.0), highest)
        marketing += step_s * (serving * rates.service * chance - moved_on)
        marketing = min(max(marketing, 0.0), most_marketing)
    level = min(max(round(contacts), 1), actions.top - 1)
    return level, min(round(marketing), level)

"""The value of a day whose arrival rate changes, under a rule or at best: backward induction.

With h(t, n, m) the value still to come at time t, in state (n, m), until the day ends (h = 0 then),
the optimality equations of the model (`docs/gate.md`) hold at each moment with the rate of that
moment:

    -dh/dt = lambda(t) [h(n+1, m) - h] + w theta [h(n-1, m) - h] + m xi [h(n-1, m-1) - h]
             + s mu ( h(n-1, m) - h + E[max(V - p, 0)] ) - c w,    p = h(n-1, m) - h(n, m+1)

(Bellman 1957, "Dynamic Programming"; Puterman 1994, "Markov Decision Processes", chapter 11). For a
given rule the bracket with V is its worth less its chance times p. Followed backwards by Heun's
rule in steps of 1 / R, R the largest rate at which a state is left: with P the chain uniformized at
R, a step is half of what standing still and half of what two steps of P give, so nothing grows that
should not, and the error is of second order in the step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from gate.model import HOUR_MS, GateModel
from gate.solver.blocks import Actions, Floats, Rates
from gate.solver.window import Window, longest_queue, most_marketing
from gate.values import EqualValues, ExponentialValues, SampledValues, Values

Rule = Callable[[GateModel, Window], Actions]
Surplus = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the day with one arrival rate, and the rule then (None: the best there is).

    The rule is asked for its actions with the model at this rate, on the day's window.
    """

    seconds: float
    arrivals_per_hour: float
    rule: Rule | None = None


def value_of_day(model: GateModel, stretches: Sequence[Stretch], finer: int = 1) -> float:
    """Return the value of a day, less the cost of waiting, that begins with nobody there.

    The arrival rates are those of the stretches, everything else is the model's. What happens after
    the end counts for nothing. `finer` divides the steps. Raises ValueError without patience (the
    queue has no bound then), without stretches, or for a rule that remembers a mode.
    """
    if model.patience_ms is None or not stretches:
        raise ValueError(
            f"a day needs a patience and at least one stretch; patience_ms is {model.patience_ms},"
            f" stretches {len(stretches)}"
        )
    highest = max(one.arrivals_per_hour for one in stretches)
    busiest = replace(model, arrivals_per_hour=highest)
    window = Window(model.agents + longest_queue(busiest), most_marketing(model))
    day = _Day(busiest, window)
    to_come = np.zeros((window.top + 1, window.most_marketing + 1))
    for stretch in reversed(stretches):
        gain = day.gain(stretch)
        arrival = stretch.arrivals_per_hour * 1000 / HOUR_MS
        steps = max(ceil(stretch.seconds * day.rate * finer), 1)
        step_s = stretch.seconds / steps
        for _ in range(steps):
            now = day.change(to_come, arrival, gain)
            then = day.change(to_come + step_s * now, arrival, gain)
            to_come = to_come + (step_s / 2) * (now + then)
    return float(to_come[0, 0])


class _Day:
    """The rates of all states [contacts, marketing] of a window, per second.

    States with more agents marketing than contacts cannot be reached, and do no harm.
    """

    def __init__(self, model: GateModel, window: Window) -> None:
        self._model, self._window, rates = model, window, Rates.of(model)
        contacts = np.arange(window.top + 1)[:, np.newaxis]
        marketing = np.arange(window.most_marketing + 1)[np.newaxis]
        waiting = np.maximum(contacts - model.agents, 0)
        serving = np.maximum(np.minimum(contacts, model.agents) - marketing, 0)
        self._served = serving * rates.service
        self._down = self._served + waiting * rates.abandonment
        self._moved_on = np.minimum(marketing, contacts) * rates.marketing
        self._cost = waiting * model.waiting_cost_per_s
        self._left = self._down + self._moved_on
        self.rate = float(self._left.max()) + rates.arrival

    def gain(self, stretch: Stretch) -> Surplus:
        """Return what the end of a service is worth, over serving on, at given prices."""
        if stretch.rule is None:
            return surplus_of(self._model.values)
        model = replace(self._model, arrivals_per_hour=stretch.arrivals_per_hour)
        actions = stretch.rule(model, self._window)
        if actions.chance.shape != (1, self._window.top + 1, self._window.most_marketing + 1):
            raise ValueError(
                "a day can only follow a rule that remembers no mode, on the window it is given;"
                f" this one has {len(actions.chance)} modes and levels up to {actions.top}"
            )
        chance, worth = actions.chance[0, :, :-1], actions.worth[0, :, :-1]
        return lambda prices: worth - chance * prices

    def change(self, to_come: Floats, arrival: float, gain: Surplus) -> Floats:
        """Return -dh/dt, per second."""
        fewer, more = np.empty_like(to_come), np.empty_like(to_come)
        fewer[1:], fewer[0] = to_come[:-1], to_come[0]
        more[:-1], more[-1] = to_come[1:], to_come[-1]
        change = self._down * fewer - (self._left + arrival) * to_come + arrival * more
        change[:, 1:] += self._moved_on[:, 1:] * fewer[:, :-1]
        change[:, :-1] += self._served[:, :-1] * gain(fewer[:, :-1] - to_come[:, 1:])
        change -= self._cost
        return change


def surplus_of(values: Values) -> Surplus:
    """Return E[max(V - p, 0)] as a function of an array of prices p, per customer who is served.

    Raises TypeError for values of a kind it does not know.
    """
    match values:
        case EqualValues():
            return lambda prices: values.share * np.maximum(values.value - prices, 0.0)
        case ExponentialValues():
            mean, share = values.mean, values.share
            return lambda prices: (
                share * (mean * np.exp(-np.maximum(prices, 0.0) / mean) - np.minimum(prices, 0.0))
            )
        case SampledValues():
            knots = np.unique(np.asarray(values.values, float))
            at_knots = [values.worth(one) - one * values.chance(one) for one in knots]
            return lambda prices: (
                np.interp(prices, knots, at_knots)
                + values.share * np.maximum(knots[0] - prices, 0.0)
            )
    raise TypeError(f"no surplus is known for values of the kind {type(values).__name__}")

"""The forecast of a wait, from those ahead, against simulated waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import exp
from typing import NamedTuple

from gate.wait_forecast import wait_of_answered_ms
from queues.forecast import wait_at_position_ms
from router import decisions as d
from scripts.validation import models as m
from scripts.validation.estimates import Estimate, ratio
from scripts.validation.page import Finding, table
from scripts.validation.verdicts import Agreement
from simulation.scenario import Scenario
from simulation.virtual_centre import VirtualCentre
from simulation.virtual_customers import Customer
from simulation.virtual_policies import parse_policy
from simulation.virtual_scenario import ScenarioDay

AGENTS, LOAD, REPLICATIONS, HOURS = 20, 0.95, 16, 24
AHEAD = (0, 1, 2, 4, 8, 12)
LEAST = 5


class Case(NamedTuple):
    """A queue whose waits are forecast; `is_exact`: the forecast is no approximation there."""

    name: str
    patience_ms: float | None
    policy: str
    is_exact: bool


CASES = (
    Case("M/M/20, nobody leaves", None, "never", True),
    Case("M/M/20+M, patience 120 s", m.PATIENCE_MS, "never", True),
    Case("The same with marketing (`optimal=told`)", m.PATIENCE_MS, "optimal=told", False),
)


class Found(NamedTuple):
    """How long a contact waited, whether it was answered, what it was told (milliseconds), and how
    many agents were marketing when it came."""

    wait_ms: int
    is_answered: bool
    told_ms: int
    marketing: int


class ListeningCentre(VirtualCentre):
    """A centre that keeps, by how many waited when a contact came, how long it waited.

    Contacts that found an agent idle, or came in the warm-up, are left out.
    """

    def __init__(self, scenario: Scenario, policy: str, seed: int, replication: int) -> None:
        super().__init__(ScenarioDay(scenario, seed, replication), parse_policy(policy))
        self.waits: dict[int, list[Found]] = defaultdict(list)
        self.handle_ms = self.handled = 0
        self._ahead: dict[str, tuple[int, int]] = {}
        self._told: dict[str, int] = {}

    def _arrives(self, customer: Customer) -> None:
        queue = self.engine.state.queues[customer.queue_id]
        if not queue.lines[""].idle and self.now_ms >= self.day.counted_from_ms:
            seen = queue.waiting, queue.lines[""].marketing_agents
            self._ahead[customer.contact_id] = seen
        super()._arrives(customer)

    def _queued(self, decision: d.ContactQueued) -> None:
        super()._queued(decision)
        self._told[decision.contact_id] = decision.estimated_wait_ms or 0

    def _over(self, outcome: d.OutcomeRecorded) -> None:
        super()._over(outcome)
        found = self._ahead.pop(outcome.contact_id, None)
        told_ms = self._told.pop(outcome.contact_id)
        is_answered = outcome.accepted_at_ms is not None
        if is_answered:
            self.handle_ms += outcome.talk_ms + outcome.hold_ms + outcome.marketing_ms
            self.handled += 1
        if found is not None:
            ahead, marketing = found
            self.waits[ahead].append(Found(outcome.wait_ms, is_answered, told_ms, marketing))


def forecast() -> Finding:
    """The wait forecast from those ahead, against simulated waits."""
    agreement = Agreement()
    head = (
        "ahead | contacts | wait of the answered, s | forecast | bias, % | wait if patient, s |"
        " forecast | bias, % | by agents marketing: bias, % |"
        " told by the engine: bias, %"
    )
    parts = []
    for seed, case in enumerate(CASES, start=71):
        parts.append(f"**{case.name}**\n\n{table(head, _rows(case, seed, agreement))}")
    text = (
        f"{AGENTS} agents, load {LOAD:.2f}; {REPLICATIONS} replications of {HOURS} hours. Contacts"
        " that came while all agents were busy, by how many waited ahead of them (left"
        f" out where a replication has fewer than {LEAST}). 'Answered': the"
        " mean wait of those who were answered, against `wait_of_answered_ms`. 'If patient': the"
        " wait of one who stays, against `wait_at_position_ms` (`queues/forecast.py`); each"
        " answered wait w weighs e^(w/P), one over the chance that somebody is as patient (inverse"
        " probability of censoring weighting, Robins and Rotnitzky 1992). With marketing the mean"
        " handle time counts marketing in, and that forecast is poor; 'by"
        " agents marketing' counts who markets when the contact comes (as the engine does)."
        " The last column:"
        " what the engine told these contacts when they came, against the wait if patient.\n\n"
        + "\n\n".join(parts)
        + f"\n\nWithout marketing: {agreement.text()}"
    )
    return Finding("The forecast of a wait", text, agreement.is_good)


def _rows(case: Case, seed: int, agreement: Agreement) -> Iterator[str]:
    per_hour = m.per_hour_at(LOAD, AGENTS)
    one = m.scenario(AGENTS, [m.queue(per_hour, case.patience_ms)], HOURS, warm_up_hours=2)
    centres = []
    for number in range(REPLICATIONS):
        centre = ListeningCentre(one, case.policy, seed, number)
        centre.run()
        centres.append(centre)
    handle_ms = sum(one.handle_ms for one in centres) / sum(one.handled for one in centres)
    if case.is_exact:
        handle_ms = m.SERVICE_MS
    for ahead in AHEAD:
        seen = [centre.waits[ahead] for centre in centres]
        if min(map(len, seen)) < LEAST:
            continue
        patient_ms = wait_at_position_ms(ahead + 1, AGENTS, handle_ms, case.patience_ms)
        answered_ms = wait_of_answered_ms(ahead + 1, AGENTS, handle_ms, case.patience_ms)
        answered = ratio([_answered(each) for each in seen])
        patient = ratio([_patient(each, case.patience_ms) for each in seen])
        told = ratio([(sum(one.told_ms for one in each), len(each)) for each in seen])
        yield " | ".join(
            [
                f"{ahead} | {sum(map(len, seen))}",
                _cells(case, answered, answered_ms, agreement),
                _bias(answered_ms, answered),
                _cells(case, patient, patient_ms, agreement),
                _bias(patient_ms, patient),
                _bias(_by_marketing_ms(seen, ahead, case.patience_ms), patient),
                _bias(told.mean, patient),
            ]
        )


def _answered(waits: list[Found]) -> tuple[float, float]:
    answered = [one.wait_ms for one in waits if one.is_answered]
    return sum(answered), len(answered)


def _patient(waits: list[Found], patience_ms: float | None) -> tuple[float, float]:
    """Sum the weighted waits of the answered; their weights add up to all, on average."""
    total = 0.0
    for one in waits:
        if one.is_answered:
            total += one.wait_ms * (exp(one.wait_ms / patience_ms) if patience_ms else 1.0)
    return total, len(waits)


def _cells(case: Case, found: Estimate, forecast_ms: float, agreement: Agreement) -> str:
    seconds = found.over(1000)
    if case.is_exact:
        return agreement.cell(seconds, forecast_ms / 1000, 2)
    return f"{seconds.text(2)} | {forecast_ms / 1000:.2f}"


def _by_marketing_ms(seen: list[list[Found]], ahead: int, patience_ms: float | None) -> float:
    numbers = [one.marketing for each in seen for one in each]
    waits = {
        number: wait_at_position_ms(
            ahead + 1, AGENTS, m.SERVICE_MS, patience_ms, number, m.MARKETING_MS
        )
        for number in set(numbers)
    }
    return sum(waits[number] for number in numbers) / len(numbers)


def _bias(forecast_ms: float, found: Estimate) -> str:
    share = forecast_ms / found.mean
    return f"{100 * (share - 1):+.1f} ± {100 * share * found.half / found.mean:.1f}"

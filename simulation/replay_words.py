"""What a replay assumes and what its figures mean, in words: for output, report and documents."""

from __future__ import annotations

from simulation.recorded_patience import FEWEST_HANG_UPS, MIN_HANG_UPS_PER_QUEUE
from simulation.recorded_plan import WAIT_CREDIT_MS
from simulation.recorded_staffing import PAUSE_AFTER_WAITED_MS
from simulation.replay_results import QUIET_LEVEL_RATIO

QUIET = (
    "Quiet half-hours are those of a day in which, replayed without marketing, at least"
    f" {QUIET_LEVEL_RATIO:.0%} were answered within the threshold, on average over the seeds, or"
    " nobody arrived."
)
DEFINITIONS = {
    "recorded": "what really happened; nothing is estimated there",
    "service_level_ratio": "answered within the queue's threshold (20 s unless configured"
    " otherwise) / all who arrived (or the queue's own denominator)",
    "asa_ms": "mean wait of those answered, milliseconds",
    "waited": "contacts that had to wait at all",
    "waited_behind_marketing": "contacts that had to wait, and when they came somebody who could"
    " have served them was marketing",
    "waiting_minutes": "waiting of all contacts together, however it ended",
    "marketing_minutes": "agents' time spent marketing, in the half-hour in which it was spent",
    "quiet_marketing_minutes": f"that part of it that lies in quiet half-hours. {QUIET}",
    "..._added": 'less the same of the policy "never" with the same seed',
    "value": "what the attempts were worth; waiting_cost: all waiting times its cost",
    "net_value": 'value less waiting_cost, less the same of the policy "never" with the same seed',
    "occupancy_ratio": "agents' time with a contact in hand / agents' time ready or with one",
    "ci95": "95 % confidence interval over seeds (Student's t); null with one seed. The days and"
    " their customers are what they were: it says how sure the replay is, not how days differ",
}


def assumptions_of_calls(marketing_mean_ms: int, value_milli: int, cost_milli: int) -> list[str]:
    """Return what replaying recorded calls assumes, a sentence each."""
    return [
        "Arrivals, queues and service times are as recorded. Who hung up, or has no service time"
        " on record, gets one drawn from the recorded ones of the queue.",
        "Patience: who hung up had the patience they showed. For the others only a lower bound is"
        " known (censored), so it is drawn from the Kaplan-Meier estimate given that it exceeds the"
        f" recorded wait; estimated per queue with {MIN_HANG_UPS_PER_QUEUE} hang-ups or more, else"
        " from all queues of the day, and with fewer than"
        f" {FEWEST_HANG_UPS} hang-ups that day from all days of the file; beyond all but the last"
        " tenth of the hang-ups the tail is exponential.",
        "Staffing is inferred: an agent is at work from the first to the last service, serves the"
        " queues they took calls from that day, and paused where callers they could have served"
        f" waited for more than {PAUSE_AFTER_WAITED_MS // 1000} s in all meanwhile. A pause is"
        " postponed by work, never shortened.",
        "After-call work takes the same time for all: the day's median gap before a call that was"
        f" waiting already. Priority 2 is credited with {WAIT_CREDIT_MS // 1000} s of waiting.",
        "Agents answer at once. Nobody calls because of having waited longer, or less, than then.",
        "Marketing: every customer may be marketed to, it lasts"
        f" {marketing_mean_ms / 1000:g} s on average (exponential) and is worth"
        f" {value_milli / 1000:g}; a second of waiting costs {cost_milli / 1000:g}. Customers stay"
        " to its end.",
        *_ALWAYS,
    ]


def assumptions_of_journal(marketing_mean_ms: int, value: str, patience_known: bool) -> list[str]:
    """Return what replaying a journal assumes, a sentence each. `value` says what marketing is
    worth and waiting costs."""
    return [
        "A contact arrives when it entered a queue; each stay after a transfer counts as another"
        " contact, with the wait it had kept. Left out: who was refused, who was not over at the"
        " end of the journal, and stays that a supervisor ended by moving the contact.",
        "Service is talk and hold, wrap-up as it was, also where the agent had made it longer. Who"
        " was not answered gets both from somebody who was, of the same queue if it has any.",
        _PATIENCE_KNOWN if patience_known else _PATIENCE_UNKNOWN,
        "Agents sign in and out when they did, with the skills they had. A pause (not ready, for"
        " any reason, also after a missed call or a lost client) begins when it was asked for, or"
        " after the contact in hand: work postpones it, never shortens it.",
        "Agents answer at once: ringing is not replayed, so waits are shorter by it. A day begins"
        " with nobody waiting or in an agent's hands.",
        "Queues open, close and are configured as in the journal at the day's first contact; what"
        " supervisors did otherwise, guard rails and emergencies are not repeated.",
        "Marketing lasts as long as it did where there was some; for others it is drawn, from"
        " those times if they are many, else exponentially with a mean of"
        f" {marketing_mean_ms / 1000:g} s. {value}",
        *_ALWAYS,
    ]


_PATIENCE_KNOWN = (
    "Patience: who abandoned had the patience they showed. For the others only a lower bound is"
    " known (censored), so it is drawn from the Kaplan-Meier estimate given that it exceeds their"
    f" wait; estimated per queue with {MIN_HANG_UPS_PER_QUEUE} abandonments or more, else from all"
    f" queues of the day, and with fewer than {FEWEST_HANG_UPS} that day from all days; beyond all"
    " but the last tenth of the abandonments the tail is exponential."
)
_PATIENCE_UNKNOWN = (
    f"Patience: fewer than {FEWEST_HANG_UPS} abandoned, too few to estimate from, so whoever did"
    " not abandon is taken to wait for ever, and more waiting costs no abandonments here."
)
_ALWAYS = [
    'The policy "optimal" is told nothing: its prices are estimated, as by a live engine, from what'
    " it has seen of the day so far; at first the expected times of the configuration count.",
    "All policies see the same customers, patience, times and agents (common random numbers).",
]

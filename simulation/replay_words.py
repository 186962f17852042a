"""What a replay assumes and what its figures mean, in words: for output, report and documents."""

from __future__ import annotations

from simulation.recorded_patience import FEWEST_HANG_UPS
from simulation.recorded_plan import MIN_HANG_UPS_PER_QUEUE, WAIT_CREDIT_MS
from simulation.recorded_staffing import PAUSE_AFTER_WAITED_MS
from simulation.replay_results import QUIET_LEVEL_RATIO

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
    "quiet_marketing_minutes": "that part of it that lies in quiet half-hours: those of a day in"
    f" which, replayed without marketing, at least {QUIET_LEVEL_RATIO:.0%} were answered within"
    " the threshold, on average over the seeds, or nobody arrived",
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


_ALWAYS = [
    'The policy "optimal" is told nothing: its prices are estimated, as by a live engine, from what'
    " it has seen of the day so far; at first the expected times of the configuration count.",
    "All policies see the same customers, patience, times and agents (common random numbers).",
]

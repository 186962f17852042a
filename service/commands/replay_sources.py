"""What `tidegate replay` is given: recorded calls or a journal, as days to play."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.gate import GateSettings
from outcomes.journal import JournalUnavailable
from service.commands.simulate import progress
from simulation.journal_days import JournalContents, JournalRequest, is_journal, read_journal
from simulation.replay_calls import load_days
from simulation.replay_gate import GateComparison
from simulation.replay_journal import JournalDay, patience_of_legs
from simulation.replay_json import ReplayAbout
from simulation.replay_plan import ReplaySource
from simulation.replay_words import assumptions_of_calls, assumptions_of_journal
from simulation.virtual_policies import Policy


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for; None is what a recorded day or a journal has by itself."""

    source: str
    dates: Sequence[str]
    from_text: str | None
    to_text: str | None
    marketing_mean_ms: int
    value_milli: int | None
    cost_milli: int | None
    seed: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """The days to play, what is to be said of them, and a journal's gate decisions."""

    about: ReplayAbout
    days: Sequence[ReplaySource]
    gate: GateComparison | None


def load(wanted: Wanted, policies: Sequence[Policy]) -> Loaded:
    """Load the days of a file or a shipped day.

    Raises `RecordError`, `JournalError`, `PeriodError`, or ValueError for a policy that lacks what
    it needs.
    """
    if is_journal(Path(wanted.source)):
        return _load_journal(wanted, policies)
    if wanted.from_text is not None or wanted.to_text is not None:
        raise ValueError("--from and --to are for journals; name days of recorded calls by --date")
    return _load_calls(wanted, policies)


def _load_calls(wanted: Wanted, policies: Sequence[Policy]) -> Loaded:
    usual = GateSettings()
    value = usual.value_milli if wanted.value_milli is None else wanted.value_milli
    cost = usual.wait_cost_milli_per_s if wanted.cost_milli is None else wanted.cost_milli
    gate = GateSettings(
        value_milli=value,
        wait_cost_milli_per_s=cost,
        expected_marketing_ms=wanted.marketing_mean_ms,
    )
    for one in policies:
        one.gates({"recorded calls": gate})
    days = load_days(wanted.source, wanted.dates, gate, wanted.marketing_mean_ms)
    assumptions = assumptions_of_calls(wanted.marketing_mean_ms, value, cost)
    return Loaded(
        ReplayAbout(wanted.source, "recorded calls", wanted.seed, assumptions), days, None
    )


def _load_journal(wanted: Wanted, policies: Sequence[Policy]) -> Loaded:
    request = JournalRequest(
        path=Path(wanted.source),
        dates=wanted.dates,
        from_text=wanted.from_text,
        to_text=wanted.to_text,
        now_ms=round(time.time() * 1000),
        marketing_mean_ms=wanted.marketing_mean_ms,
        policies=policies,
    )
    with progress("Reading the journal") as tell:
        contents = asyncio.run(read_journal(request, tell))
    days = [one.with_worth(wanted.value_milli, wanted.cost_milli) for one in contents.days]
    _check(days, policies)
    about = ReplayAbout(wanted.source, "journal", wanted.seed, _assumptions(wanted, contents))
    return Loaded(about, days, contents.gate if contents.gate.answers else None)


def _check(days: Sequence[JournalDay], policies: Sequence[Policy]) -> None:
    for day in days:
        if not day.settings.queues:
            raise JournalUnavailable(f"{day.date}: no queue was configured", "Give another day")
        for one in policies:
            one.gates({queue.queue_id: queue.gate for queue in day.settings.queues})


def _assumptions(wanted: Wanted, contents: JournalContents) -> list[str]:
    given = [
        f"{what} {milli / 1000:g}"
        for what, milli in (
            ("an attempt is worth", wanted.value_milli),
            ("a second of waiting costs", wanted.cost_milli),
        )
        if milli is not None
    ]
    worth = "What it is worth and what waiting costs: as journaled"
    if given:
        worth += f", except that {' and '.join(given)} where the contact itself does not say"
    known = bool(patience_of_legs(contents.days[0].all_legs))
    found = assumptions_of_journal(wanted.marketing_mean_ms, f"{worth}.", known)
    return [*found, f"{contents.refused} contacts were refused in the whole journal."]

"""What must be true in the end: of the state at rest, and of the journal as a whole."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from outcomes.marketing_check.check import MarketingCheck
from router import decisions as d
from router.records import Record
from service.recovery import record_of

if TYPE_CHECKING:
    from shaking.run import Run


def check_at_rest(run: Run) -> None:
    """Everything has come to an end, and everybody has the same picture of it."""
    watch = run.watch
    engine = watch.engine
    if not run.is_quiet():
        watch.violate("rest", _unrest(run))
    if engine is None:
        return
    for bridge in run.bridges:
        has = {
            one.contact_id: one.agent_id
            for one in engine.state.contacts.values()
            if one.bridge == f"bridge/{bridge.name}"
        }
        if has != bridge.picture():
            watch.violate("picture", f"{bridge.name} has {bridge.picture()}, the engine {has}")
    watch.check_watermark(run.broker.heard, run.published())
    if watch.expected:
        watch.violate("outbox", f"decisions of record {min(watch.expected)} are not confirmed")


def _unrest(run: Run) -> str:
    engine = run.watch.engine
    if run.process is None or engine is None:
        return "no engine runs"
    state = engine.state
    in_hand = {a.agent_id: dict(a.assignments) for a in state.agents.values() if a.assignments}
    return (
        f"engine {run.process.service.not_ready_because() or 'ready'};"
        f" contacts {list(state.contacts)[:5]}; in hand {in_hand};"
        f" unanswered {[p for c in run.clients() for p in c.pending][:5]};"
        f" calls {[c for b in run.bridges for c in b.calls.values()][:3]};"
        f" under way {run.broker.under_way}; durable {run.disk.end.seq} of {state.seq},"
        f" published {run.published()}"
    )


def check_journal(run: Run) -> None:
    """Read the whole journal: outcomes, answers, epochs, and whether marketing was permitted."""
    records = [record_of(row) for row in run.disk.rows]
    _check_answers(run, records)
    _check_contacts(run, records)
    _check_epochs(run, records)
    marketing = MarketingCheck()
    for record in records:
        marketing.see(record)
    if marketing.report.breaches_total:
        first = marketing.report.breaches[0]
        run.watch.violate("marketing", f"record {first.seq}: {first.rule}: {first.detail}")


def _check_answers(run: Run, records: list[Record]) -> None:
    """Every event was carried out once, and every answer speaks of where it stands."""
    place: dict[str, int] = {}
    for one in records:
        event_id = one.event.event_id
        if event_id and place.setdefault(event_id, one.seq) != one.seq:
            run.watch.violate("twice", f"{event_id} in records {place[event_id]} and {one.seq}")
    for client in run.clients():
        for event_id, seq in client.replies:
            if place.get(event_id) != seq:
                found = place.get(event_id)
                run.watch.violate("answers", f"{event_id} answered at {seq}, stands at {found}")


def _check_contacts(run: Run, records: list[Record]) -> None:
    """Everything queued has one final outcome each time, and all that was accepted was queued."""
    made = [one for record in records for one in record.decisions]
    queued = Counter(one.contact_id for one in made if type(one) is d.ContactQueued)
    final = Counter(one.contact_id for one in made if type(one) is d.OutcomeRecorded and one.final)
    if queued != final:
        differing = sorted((queued - final) + (final - queued))
        run.watch.violate("outcomes", f"{differing[:5]}: not one final outcome for each queueing")
    answered = {event_id for bridge in run.bridges for event_id, _ in bridge.replies}
    for bridge in run.bridges:
        for contact_id, event_id in bridge.arrived.items():
            if event_id not in answered:
                run.watch.violate("answers", f"{contact_id} was never answered")


def _check_epochs(run: Run, records: list[Record]) -> None:
    began = [one.epoch for r in records for one in r.decisions if type(one) is d.EpochBegan]
    if began != sorted(set(began)):
        run.watch.violate("epoch", f"epochs began in the order {began}")

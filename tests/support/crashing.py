"""A PBX and its agents under load that go on through every crash, and what must be true after."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

from bus.decision_messages import AnyDecisionMessage
from bus.recipients import recipients
from bus.replies import Reply
from outcomes.journal import JournalSource
from outcomes.journal_reader import JournalReader
from outcomes.verify import verify
from router import decisions as d
from router.records import Record, decode_body
from service.desk import outgoing_of
from tests.support.client import BusClient
from tests.support.serving import SPACE


class BusyBridge(BusClient):
    """A bridge that speaks for its agents: what is reserved is accepted, ended and wrapped up.

    One contact in five is abandoned at some moment. Every message is repeated until answered.
    """

    def __init__(self, port: int, agents: int, seed: int) -> None:
        super().__init__(port)
        self.agents = [f"agent-{one}" for one in range(agents)]
        self.arrived: dict[str, str] = {}
        self._random = Random(seed)
        self._work: set[asyncio.Task[Any]] = set()

    async def sign_in(self) -> None:
        await asyncio.gather(
            *(self.ok("agent_signed_in", agent_id=one, ready=True) for one in self.agents)
        )

    async def arrivals(self, rate_per_s: float, stopping: asyncio.Event) -> None:
        """Let contacts arrive, whatever becomes of those before, until told to stop."""
        while not stopping.is_set():
            await asyncio.sleep(self._random.expovariate(rate_per_s))
            contact_id = f"call-{len(self.arrived) + 1}"
            message = self.message("contact_arrived", contact_id=contact_id, queue_id="cards")
            self.arrived[contact_id] = message["event_id"]
            self._do(self.sent_until_answered(message))
            if self._random.random() < 0.2:
                self._do(self._abandon(contact_id))

    async def _abandon(self, contact_id: str) -> None:
        await asyncio.sleep(self._random.random())
        await self.send("contact_ended", contact_id=contact_id)

    def on_decision(self, decision: AnyDecisionMessage) -> None:
        match decision.__struct_config__.tag, getattr(decision, "state", None):
            case "contact_reserved", _:
                self._about(decision, "accepted", revision=decision.revision)
            case "assignment_changed", "talk":
                self._do(self.send("contact_ended", contact_id=decision.contact_id))
            case "assignment_changed", "wrap_up":
                self._about(decision, "wrap_up_completed")

    def _about(self, decision: Any, type_: str, **fields: Any) -> None:
        about = {"contact_id": decision.contact_id, "agent_id": decision.agent_id}
        self._do(self.send(type_, **about, **fields))

    def _do(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def give_up(self) -> None:
        """Send nothing any more, answered or not."""
        for task in self._work:
            task.cancel()

    async def all_answered(self) -> None:
        """Wait until nothing is on its way any more, neither message nor consequence."""
        while self._work:
            await asyncio.gather(*self._work)
            await asyncio.sleep(0.2)


async def records_of(journal: Path) -> list[Record]:
    """Return every record of a journal in a file."""
    return await records_from(await JournalReader.open(journal))


async def records_from(reader: JournalSource) -> list[Record]:
    """Return every record of a journal, and close it."""
    records = []
    async for rows in reader.read(await reader.pruned_seq()):
        for row in rows:
            body = decode_body(row.body)
            records.append(Record(row.seq, body.event, body.decisions))
    await reader.close()
    return records


async def check_nothing_lost_nothing_doubled(bridge: BusyBridge, journal: Path) -> list[Record]:
    """Compare what the client has seen with the journal; return the journal's records."""
    report = verify(journal)
    assert report.problems_total == 0, report.problems
    records = await records_of(journal)
    check_records(bridge, records)
    return records


def check_records(bridge: BusyBridge, records: list[Record], others: Iterable[str] = ()) -> None:
    """Compare what the client has seen with all records of the journal.

    `others`: acknowledged contacts of other clients.
    """
    _check_replies(bridge.all_replies, records)
    _check_contacts(bridge, records, set(others))
    _check_decisions(bridge, records)


def _check_replies(replies: list[Reply], records: list[Record]) -> None:
    """Every event is carried out once, and every reply speaks of where it stands."""
    place = {one.event.event_id: one.seq for one in records if one.event.event_id}
    assert len(place) == sum(1 for one in records if one.event.event_id), "an event twice"
    for reply in replies:
        assert reply.seq == place.get(reply.event_id or ""), f"{reply} is not in the journal"


def _check_contacts(bridge: BusyBridge, records: list[Record], others: set[str]) -> None:
    """Every acknowledged contact was queued once and has one final outcome."""
    made = [one for record in records for one in record.decisions]
    queued = Counter(one.contact_id for one in made if isinstance(one, d.ContactQueued))
    final = Counter(
        one.contact_id for one in made if isinstance(one, d.OutcomeRecorded) and one.final
    )
    acknowledged = {
        contact_id
        for contact_id, event_id in bridge.arrived.items()
        if event_id in bridge.replies and bridge.replies[event_id].status == "ok"
    }
    assert acknowledged == set(bridge.arrived)
    assert acknowledged | others == queued.keys() == final.keys()
    assert set(queued.values()) == set(final.values()) == {1}


def _check_decisions(bridge: BusyBridge, records: list[Record]) -> None:
    """The bridge has every decision that was for it, and none that was not made."""
    topic = SPACE.decisions_to_bridge(bridge.name)
    made = {
        out.decision.decision_id
        for record in records
        for out in outgoing_of(SPACE, record.seq, 0, record.decisions)
        if out.topic == topic
    }
    assert {one.decision_id for one in bridge.decisions} == made
    assert bridge.epochs == sorted(bridge.epochs), "a leader that is no longer one was heard"
    assert any(recipients(one) for record in records for one in record.decisions)

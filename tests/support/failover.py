"""Engines that stand by for each other, over a real NATS cluster, under load."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from outcomes.journal import JournalIdentity
from outcomes.nats_link import NatsOptions
from outcomes.nats_reader import NatsReader
from router import decisions as d
from router.records import Record
from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.crashing import BusyBridge, check_records, records_from
from tests.support.nats import NatsServers
from tests.support.serving import EngineProcess

AGENTS = 20
ARRIVALS_PER_S = 20.0
IDENTITY = JournalIdentity("acme", "main", "voice")
STANDS_BY = "stands by"


def _routing() -> str:
    """Two queues that share no agents: one under load, one for the contact that is watched."""
    queues = [
        f'[[queues]]\nqueue_id = "{one}"\nrequires = {{ {one} = 1 }}' for one in ("cards", "loans")
    ]
    skills = [(f"agent-{one}", "cards") for one in range(AGENTS)] + [("probe", "loans")]
    agents = [
        f'[[agents]]\nagent_id = "{agent}"\nskills = {{ {skill} = 5 }}' for agent, skill in skills
    ]
    return "\n\n".join(queues + agents)


class EnginePair:
    """Two engines of one routing domain; `leader` and `standby` change places at a fail-over."""

    def __init__(self, directory: Path, broker: MosquittoProcess, servers: NatsServers) -> None:
        self.servers = servers
        self.replicas = len(servers.ports)
        self.broker_port = broker.port
        urls = ", ".join(f'"{url}"' for url in servers.urls)
        made = []
        for name in ("a", "b"):
            (directory / name).mkdir()
            cluster = f'servers = [{urls}]\nreplicas = {self.replicas}\nnode = "{name}"'
            made.append(
                EngineProcess(
                    directory / name,
                    broker.port,
                    _routing(),
                    journal='adapter = "nats"',
                    cluster=cluster,
                )
            )
        self.leader, self.standby = made

    async def start(self) -> None:
        await self.leader.start()
        await self.standby.launch()
        await self.standby.until_unready(STANDS_BY)

    def swap(self) -> None:
        self.leader, self.standby = self.standby, self.leader

    async def stop(self) -> None:
        """Stop both in order; the one that stands by first, so that the other stays the leader."""
        assert await self.standby.stop() == 0
        assert await self.leader.stop() == 0

    async def kill(self) -> None:
        await self.leader.kill()
        await self.standby.kill()

    async def records(self) -> list[Record]:
        """Return every record, having verified the journal."""
        options = NatsOptions(self.servers.urls, replicas=self.replicas)
        reader = await NatsReader.open(options, IDENTITY)
        report = await reader.verify()
        assert report.problems_total == 0, report.problems
        return await records_from(reader)


class WatchedContact:
    """A contact that waits when the leader dies, and the agent who is there for it afterwards."""

    def __init__(self, load: Load, number: int) -> None:
        self._load, self._bridge = load, load.watching
        self.contact_id = f"watched-{number}"

    async def arrive(self) -> None:
        """Let it arrive; it waits, for nobody can serve it."""
        await self._load.arrive(self.contact_id)

    async def reserved_after_s(self, since_s: float) -> float:
        """Sign the agent in; return the time from `since_s` (monotonic) to the reservation."""
        signing_in = asyncio.create_task(
            self._bridge.ok("agent_signed_in", agent_id="probe", ready=True)
        )
        await self._bridge.until_decided("contact_reserved", contact_id=self.contact_id)
        took_s = time.monotonic() - since_s
        await signing_in
        return took_s

    async def finish(self) -> None:
        """Serve it to the end and let the agent go."""
        about = {"contact_id": self.contact_id, "agent_id": "probe"}
        found = self._bridge.decided("contact_reserved", contact_id=self.contact_id)
        await self._bridge.ok("accepted", revision=found[-1].revision, **about)
        await self._bridge.ok("contact_ended", contact_id=self.contact_id)
        await self._bridge.send("wrap_up_completed", **about)
        await self._bridge.ok("agent_signed_out", agent_id="probe")


class Load:
    """Contacts that arrive all the time, and at the end the proof that none was lost or doubled."""

    def __init__(self, pair: EnginePair, bridge: BusyBridge, watching: BusClient) -> None:
        self.pair, self.bridge, self.watching = pair, bridge, watching
        self.watched: list[str] = []
        self._stopping = asyncio.Event()
        self._arriving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.bridge.sign_in()
        self._arriving = asyncio.create_task(self.bridge.arrivals(ARRIVALS_PER_S, self._stopping))

    async def arrive(self, contact_id: str) -> None:
        """Let a contact of the watched queue arrive, and be acknowledged."""
        await self.watching.ok("contact_arrived", contact_id=contact_id, queue_id="loans")
        self.watched.append(contact_id)

    async def check(self) -> list[Record]:
        """Let everything end, and compare all that was seen with the journal."""
        records = await self.finish()
        check_records(self.bridge, records, self.watched)
        return records

    async def finish(self) -> list[Record]:
        """Stop arrivals, let everything end, stop the engines; return the journal's records."""
        self._stopping.set()
        assert self._arriving is not None
        await self._arriving
        async with asyncio.timeout(90):
            await self.bridge.all_answered()
        await self.pair.stop()
        return await self.pair.records()

    def lost_and_doubled(self, records: list[Record]) -> tuple[int, int]:
        """Return how many contacts have no final outcome, or were queued or ended twice."""
        made = [one for record in records for one in record.decisions]
        queued = Counter(one.contact_id for one in made if isinstance(one, d.ContactQueued))
        final = Counter(
            one.contact_id for one in made if isinstance(one, d.OutcomeRecorded) and one.final
        )
        contacts = {*self.bridge.arrived, *self.watched}
        lost = sum(1 for one in contacts if not (queued[one] and final[one]))
        doubled = sum(1 for one in contacts if queued[one] > 1 or final[one] > 1)
        return lost, doubled


@asynccontextmanager
async def pair_under_load(directory: Path, nodes: int) -> AsyncIterator[Load]:
    """Start brokers, a cluster of `nodes`, two engines, and contacts that arrive."""
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(MosquittoProcess(directory))
        servers = await stack.enter_async_context(NatsServers(directory, nodes))
        pair = EnginePair(directory, broker, servers)
        stack.push_async_callback(pair.kill)
        await pair.start()
        bridge = await stack.enter_async_context(BusyBridge(broker.port, AGENTS, seed=1))
        watching = await stack.enter_async_context(BusClient(broker.port, name="pbx-2"))
        load = Load(pair, bridge, watching)
        await load.start()
        yield load

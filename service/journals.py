"""The journal the settings ask for, as writer, reader, and leader's seat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from config.settings import TidegateSettings
from outcomes.journal import Journal, JournalSource, JournalUnavailable
from outcomes.journal_reader import JournalReader
from outcomes.lease import Lease
from outcomes.nats_link import NatsOptions
from outcomes.nats_reader import NatsReader
from outcomes.sqlite_journal import JournalOptions, SqliteJournal
from router.state import RoutingState
from service.recovery import recover
from service.standby import StandBy
from service.wiring import journal_identity, snapshot_store


@dataclass(frozen=True, slots=True)
class Seat:
    """What a leader has: the journal, the state at its end, and in a cluster the lease."""

    journal: Journal
    state: RoutingState
    lease: Lease | None = None


async def take_seat(
    settings: TidegateSettings, stopping: asyncio.Event, standing_by: Callable[[], None]
) -> Seat:
    """Return the leader's seat; in a cluster, stand by until it is free.

    `standing_by` hears when that begins. Raises `StoppedStandingBy` if `stopping` was set
    meanwhile, `JournalError` if the journal cannot be used.
    """
    snapshots = snapshot_store(settings.journal.path)
    if settings.journal.adapter == "sqlite":
        options = JournalOptions(settings.journal.synchronous, settings.journal.keep_rejected)
        journal = await SqliteJournal.open(
            settings.journal.path, journal_identity(settings), options
        )
        return Seat(journal, await recover(journal, snapshots))
    if settings.bus.broker == "embedded":
        raise JournalUnavailable(
            'bus.broker is "embedded": engines that stand by for each other need one broker',
            'Run a broker for all of them, and set bus.broker = "mqtt"',
        )
    standby = await StandBy.open(settings, nats_options(settings), snapshots)
    standing_by()
    lease = await standby.run(stopping)
    return Seat(standby.journal, standby.state, lease)


async def open_reader(settings: TidegateSettings) -> JournalSource:
    """Open the journal for a follower; raises `JournalError` if it cannot be read."""
    if settings.journal.adapter == "sqlite":
        return await JournalReader.open(settings.journal.path)
    return await NatsReader.open(nats_options(settings), journal_identity(settings))


def nats_options(settings: TidegateSettings) -> NatsOptions:
    """Return how to reach the cluster."""
    cluster = settings.cluster
    password = cluster.password_file
    return NatsOptions(
        servers=cluster.servers,
        replicas=cluster.replicas,
        credentials_file=str(cluster.credentials_file) if cluster.credentials_file else None,
        username=cluster.username,
        password=password.read_text("utf-8").strip() if password else None,
        keep_rejected=settings.journal.keep_rejected,
    )

"""Wiring: the settings turned into connections, topics and paths."""

from __future__ import annotations

import ssl
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bus.connection_settings import ConnectionSettings, Will
from bus.topics import TopicSpace
from config.settings import BusSettings, TidegateSettings, TlsSettings
from outcomes.journal import JournalIdentity
from outcomes.snapshots import SnapshotStore


@lru_cache
def software_version() -> str:
    """Return the installed version of Tidegate; looked up once, since that takes milliseconds."""
    try:
        return version("tidegate")
    except PackageNotFoundError:
        return "0"


def topic_space(settings: TidegateSettings) -> TopicSpace:
    """Return the topics of the settings' tenant, site and domain."""
    centre = settings.centre
    return TopicSpace(centre.tenant, centre.site, centre.domain)


def journal_identity(settings: TidegateSettings) -> JournalIdentity:
    """Return whose journal it is."""
    centre = settings.centre
    return JournalIdentity(centre.tenant, centre.site, centre.domain)


def snapshot_store(journal: Path) -> SnapshotStore:
    """Return where the snapshots of a journal lie: beside it."""
    return SnapshotStore(journal.with_name("snapshots"))


def figures_store(journal: Path) -> SnapshotStore:
    """Return where the follower's figures lie: beside the journal, too."""
    return SnapshotStore(journal.with_name("figures"))


def connection_settings(
    bus: BusSettings, host: str, port: int, client_id: str, will: Will | None = None
) -> ConnectionSettings:
    """Return how to connect to the broker at `host` and `port` as `client_id`."""
    return ConnectionSettings(
        host=host,
        port=port,
        client_id=client_id,
        username=bus.username,
        password=bus.password.get_secret_value() if bus.password is not None else None,
        tls=tls_context(bus.tls) if bus.tls is not None else None,
        keepalive_s=bus.keepalive_s,
        clean_session=True,
        will=will,
        backoff_first_s=bus.retry_min_ms / 1_000,
        backoff_max_s=bus.retry_max_ms / 1_000,
    )


def tls_context(tls: TlsSettings) -> ssl.SSLContext:
    """Return the context that checks the broker's certificate and shows ours, if we have one."""
    context = ssl.create_default_context(cafile=tls.ca_file)
    if tls.cert_file is not None:
        context.load_cert_chain(tls.cert_file, tls.key_file)
    return context

"""The link to a NATS cluster with JetStream, and what things of a journal are called there.

Needs the package `nats-py` (the extra `cluster`); it is imported only when a link is opened.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from outcomes.journal import JournalIdentity, JournalUnavailable

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext
    from nats.js.kv import KeyValue

log = structlog.get_logger(__name__)

CONNECT_S = 2
"""How long one attempt to reach one server may take."""
REMEDY = "See that a majority of the NATS servers runs with JetStream and can be reached"

_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class NatsOptions:
    """How to reach the cluster; `replicas` is how many servers keep each record."""

    servers: tuple[str, ...]
    replicas: int = 3
    credentials_file: str | None = None
    username: str | None = None
    password: str | None = None
    answer_ms: int = 2_000
    """How long an acknowledgement may take before the write counts as failed."""
    keep_rejected: int = 10_000
    """The oldest rejected messages go first; at least one is kept."""


class NatsNames:
    """The names of one journal's streams and key-value bucket.

    Raises `JournalUnavailable` if a part of the identity cannot stand in a name.
    """

    def __init__(self, identity: JournalIdentity) -> None:
        parts = (identity.tenant, identity.site, identity.domain)
        for part in parts:
            if not _NAME.fullmatch(part):
                raise JournalUnavailable(
                    f"{part!r} cannot stand in the name of a NATS stream",
                    "Use letters, digits, - and _ for tenant, site and domain",
                )
        self.base = "_".join(parts)
        self.records = f"tidegate_{self.base}"
        self.rejected = f"tidegate_rejected_{self.base}"
        self.bucket = f"tidegate_state_{self.base}"
        self.records_subject = f"tidegate.records.{'.'.join(parts)}"
        self.rejected_subject = f"tidegate.rejected.{'.'.join(parts)}"


class NatsLink:
    """One connection to the cluster, which finds another server when its own is lost."""

    def __init__(self, client: Client, options: NatsOptions, refused: asyncio.Event) -> None:
        self._client = client
        self.options = options
        self.refused = refused
        """Set when the server has refused a message that was published without waiting: nats-py
        2.16 raises that in its own callback, and whoever waits for the answer never gets it."""
        self.jetstream: JetStreamContext = client.jetstream(
            timeout=options.answer_ms / 1_000, publish_async_max_pending=20_000
        )

    @classmethod
    async def open(cls, options: NatsOptions) -> NatsLink:
        """Connect; raises `JournalUnavailable` if no server answers or nats-py is missing."""
        try:
            import nats
            from nats.js.errors import APIError
        except ImportError as error:
            raise JournalUnavailable(
                "the package nats-py is not installed",
                "Install Tidegate with the extra: pip install 'tidegate[cluster]'",
            ) from error
        refused = asyncio.Event()

        async def on_error(error: Exception) -> None:
            if isinstance(error, APIError):
                refused.set()
            else:
                log.warning("nats_trouble", reason=str(error) or type(error).__name__)

        with explained("the cluster cannot be reached"):
            client = await nats.connect(
                list(options.servers),
                user_credentials=options.credentials_file,
                user=options.username,
                password=options.password,
                connect_timeout=CONNECT_S,
                reconnect_time_wait=0.1,  # seconds; several servers are tried in turn
                max_reconnect_attempts=-1 if len(options.servers) > 1 else 100,
                ping_interval=1,
                max_outstanding_pings=2,
                pending_size=64 * 1024 * 1024,
                error_cb=on_error,
            )
        return cls(client, options, refused)

    async def bucket(self, names: NatsNames) -> KeyValue:
        """Return the journal's key-value bucket, made if it is not there."""
        from nats.js.api import KeyValueConfig
        from nats.js.errors import BucketNotFoundError

        with explained(f"the bucket {names.bucket} cannot be used"):
            try:
                return await self.jetstream.key_value(names.bucket)
            except BucketNotFoundError:
                wanted = KeyValueConfig(names.bucket, history=1, replicas=self.options.replicas)
                return await self.jetstream.create_key_value(wanted)

    async def close(self) -> None:
        """End the connection; what was published and not acknowledged may be lost."""
        with contextlib.suppress(Exception):
            await self._client.close()


@contextlib.contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn the client's errors into `JournalUnavailable`: `what` failed, and why."""
    import nats.errors

    try:
        yield
    except (nats.errors.Error, OSError, TimeoutError) as error:
        raise JournalUnavailable(f"{what}: {str(error) or type(error).__name__}", REMEDY) from error

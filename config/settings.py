"""All settings of one engine: the routing settings and what surrounds them.

Frozen pydantic models. Times are integer milliseconds, sizes bytes or records, as the names say.
`default.toml` beside this file shows every key with its bounds; `loader.py` reads such a file.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from config.addresses import Host, Port, is_loopback
from config.alarms import AlarmSettings
from config.base import HOUR_MS, MINUTE_MS, SECOND_MS, Settings
from config.dashboard import DashboardSettings
from config.marketing import MarketingSettings
from config.routing import AgentSettings, Id, LimitSettings, QueueSettings, RoutingSettings

Text = Annotated[str, Field(min_length=1, max_length=1_024)]

KIB = 1_024


class CentreSettings(Settings):
    """Which part of which call centre this engine routes; appears in every topic."""

    tenant: Id = "demo"
    """The company served. Ids of contacts, agents and queues are unique within it."""
    site: Id = "main"
    """The place or installation within the tenant."""
    domain: Id = "default"
    """The routing domain: the agents and queues that one engine decides for."""


class TlsSettings(Settings):
    """Certificates for an encrypted connection to the broker."""

    ca_file: Path | None = None
    """PEM file with the authority that signed the broker's certificate. Left out: the system's."""
    cert_file: Path | None = None
    """PEM file with the engine's own certificate, if the broker asks for one."""
    key_file: Path | None = None
    """PEM file with the key that belongs to `cert_file`."""

    @model_validator(mode="after")
    def _certificate_has_its_key(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file belong together: give both or neither")
        return self


class BusSettings(Settings):
    """The MQTT broker, and how much the engine takes from it."""

    broker: Literal["embedded", "mqtt"] = "embedded"
    """embedded: the engine starts a broker of its own, on this machine only. mqtt: it connects
    to a broker that runs elsewhere."""
    host: Host = "127.0.0.1"
    """Name or address of the broker."""
    port: Port = 1_883
    """TCP port of the broker. 0 with the embedded broker: any free port."""
    client_id: Id | None = None
    """MQTT client id, the same after each restart. Left out: made of tenant, site and domain."""
    username: Text | None = None
    """User name for the broker. The password never stands in the file."""
    password: SecretStr | None = None
    """Password for the broker; only from the environment variable TIDEGATE_BUS_PASSWORD or
    from `password_file`."""
    password_file: Path | None = None
    """File that holds the password and nothing else."""
    tls: TlsSettings | None = None
    """Encrypts the connection. Left out: not encrypted."""
    agent_clients: Literal["any", "own"] = "any"
    """any: an agent may sign in at any agent's client. own: an agent's client speaks only for the
    agent whose id is its name, for brokers where each agent has a user."""
    keepalive_s: int = Field(30, ge=5, le=HOUR_MS // SECOND_MS)
    """The broker declares the engine gone after 1.5 times this silence, seconds."""
    max_payload_bytes: int = Field(256 * KIB, ge=KIB, le=16 * KIB * KIB)
    """Larger messages are rejected unread, bytes."""
    retry_min_ms: int = Field(250, ge=10, le=MINUTE_MS)
    """Pause before the first attempt to reconnect, milliseconds; doubles with each attempt."""
    retry_max_ms: int = Field(30 * SECOND_MS, ge=10, le=HOUR_MS)
    """Longest pause between attempts to reconnect, milliseconds."""
    max_backlog_records: int = Field(2_000, ge=10, le=1_000_000)
    """With more messages than this not yet durable, or not yet taken by the broker, new contacts
    are answered `busy`."""
    busy_retry_after_ms: int = Field(1 * SECOND_MS, ge=10, le=10 * MINUTE_MS)
    """When a sender answered `busy` may try again, milliseconds."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.retry_min_ms > self.retry_max_ms:
            raise ValueError(
                f"retry_min_ms = {self.retry_min_ms} is more than retry_max_ms ="
                f" {self.retry_max_ms}: it must be at most that"
            )
        if self.broker == "mqtt" and self.port == 0:
            raise ValueError('port = 0 with broker = "mqtt": give the broker\'s port, 1 to 65535')
        if self.broker == "embedded" and not is_loopback(self.host):
            raise ValueError(
                f'host = "{self.host}" with broker = "embedded": the embedded broker asks nobody'
                ' for a password and listens on this machine only; use "127.0.0.1", or'
                ' broker = "mqtt" with a broker of your own'
            )
        return self


class JournalSettings(Settings):
    """Where everything is made durable."""

    path: Path = Path("var/journal.db")
    """The journal's SQLite file; a relative path starts where the engine was started."""
    synchronous: Literal["FULL", "NORMAL"] = "FULL"
    """FULL: what was acknowledged survives a power cut. NORMAL: it survives a crash of the
    engine, a power cut may cost the last moments."""
    max_batch: int = Field(512, ge=1, le=10_000)
    """Most records made durable by one write to the disk."""
    snapshot_every_records: int = Field(50_000, ge=100, le=10_000_000)
    """A snapshot is made after so many records, so that a restart stays short."""
    snapshot_every_ms: int = Field(MINUTE_MS, ge=SECOND_MS, le=24 * HOUR_MS)
    """A snapshot is made after this time, if anything happened, milliseconds."""
    keep_rejected: int = Field(10_000, ge=0, le=1_000_000)
    """How many rejected messages are kept for inspection; the oldest go first."""
    adapter: Literal["sqlite", "nats"] = "sqlite"
    """sqlite: a file, one engine. nats: a cluster (see ClusterSettings), from which an engine on
    another machine goes on when this one fails."""


class ClusterSettings(Settings):
    """The NATS cluster that keeps the journal when its adapter is nats."""

    servers: tuple[Text, ...] = ("nats://127.0.0.1:4222",)
    """Addresses of its servers, `nats://host:port` or `tls://host:port`; each is tried."""
    node: Id | None = None
    """Name of this engine among those of its domain. Left out: the machine's name."""
    replicas: int = Field(3, ge=1, le=5)
    """How many servers keep each record. With 3 one may fail, with 5 two."""
    lease_ms: int = Field(SECOND_MS, ge=200, le=MINUTE_MS)
    """An engine that stands by takes the lead when the leader was silent for so long,
    milliseconds."""
    credentials_file: Path | None = None
    """A NATS credentials file (.creds)."""
    username: Text | None = None
    """User name for the cluster, if it asks for one instead of a credentials file."""
    password_file: Path | None = None
    """File that holds the password of `username` and nothing else."""


class ServiceSettings(Settings):
    """The process: log, pages for machines, shutdown, clock."""

    log_format: Literal["json", "console"] = "json"
    """json: one object a line, for collectors. console: for people."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe level that is logged."""
    http_host: Host = "127.0.0.1"
    """Address of the metrics, health and readiness pages."""
    http_port: Port = 8_080
    """TCP port of these pages. 0: any free port."""
    http_beyond_loopback: bool = False
    """Permits an `http_host` that other machines can reach. The pages ask for no password."""
    shutdown_grace_ms: int = Field(10 * SECOND_MS, ge=0, le=10 * MINUTE_MS)
    """How long a shutdown may take to finish what was begun, milliseconds."""
    children_nice: int = Field(10, ge=0, le=19)
    """How much less urgent than the engine its follower runs, as niceness; the dashboard half."""
    clock: Literal["real", "ticked"] = "real"
    """real: the machine's clock. ticked: time moves only by messages; for demos and tests."""

    catalogue_file: Path | None = None
    """The catalogue of products, a TOML file; read at start and at each reload. Left out: none."""
    customer_store: Path | None = None
    """The customer store's SQLite file, asked for customers of whom a message says nothing. Left
    out: none is asked."""

    @model_validator(mode="after")
    def _exposure_is_meant(self) -> Self:
        if not is_loopback(self.http_host) and not self.http_beyond_loopback:
            raise ValueError(
                f'http_host = "{self.http_host}" can be reached from other machines, and the pages'
                ' ask for no password: use "127.0.0.1", or permit it with'
                " http_beyond_loopback = true"
            )
        return self

    def exposes_beyond_loopback(self) -> str | None:
        """Return the warning to log when other machines can reach the pages, else None."""
        if is_loopback(self.http_host):
            return None
        return (
            f"service.http_host = {self.http_host}: metrics, health and readiness can be read from"
            " other machines without a password; a firewall or proxy should stand before them"
        )


class TidegateSettings(Settings):
    """All settings of one engine, as one file gives them."""

    centre: CentreSettings = CentreSettings()
    bus: BusSettings = BusSettings()
    journal: JournalSettings = JournalSettings()
    cluster: ClusterSettings = ClusterSettings()
    service: ServiceSettings = ServiceSettings()
    dashboard: DashboardSettings = DashboardSettings()
    limits: LimitSettings = LimitSettings()
    marketing: MarketingSettings = MarketingSettings()
    alarms: AlarmSettings = AlarmSettings()
    queues: list[QueueSettings] = Field(default_factory=list)
    """The contact queues; ids are unique, which `routing()` and the loader check."""
    agents: list[AgentSettings] = Field(default_factory=list)
    """The agents known by name; see `limits.unlisted_agents` for others."""

    def routing(self) -> RoutingSettings:
        """Return the part the core decides by. Raises ValueError if an id is given twice."""
        return RoutingSettings(
            queues=self.queues,
            agents=self.agents,
            limits=self.limits,
            marketing=self.marketing,
        )

    def node(self) -> str:
        """Return this engine's name among those of its domain."""
        return self.cluster.node or socket.gethostname()

    def client_id(self) -> str:
        """Return the MQTT client id: the one given, or one made of tenant, site and domain."""
        made = f"tidegate-{self.centre.tenant}-{self.centre.site}-{self.centre.domain}"
        if self.journal.adapter == "nats":
            made += f"-{self.node()}"  # two clients of one id would throw each other out
        return self.bus.client_id or made

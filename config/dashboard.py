"""Settings of the dashboard: where its pages are served, and to whom."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.addresses import Host, Port, is_loopback
from config.base import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Settings

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
Origin = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]{1,253}$")]


def _network(text: str) -> str:
    ip_network(text, strict=False)
    return text


Network = Annotated[str, AfterValidator(_network)]


class ProxySettings(Settings):
    """A reverse proxy that has checked who the user is, by OIDC for example, and says so."""

    trusted_addresses: list[Network] = Field(min_length=1, max_length=100)
    """Addresses or networks of the proxy; headers from any other address are not believed."""
    user_header: HeaderName = "X-Forwarded-User"
    """The request header with the account's name."""
    role_header: HeaderName = "X-Forwarded-Role"
    """The request header with the role: agent, supervisor, administrator or read_only."""
    agent_header: HeaderName = "X-Forwarded-Agent"
    """The request header with the agent's id, for role agent. Without it: the account's name."""


class DashboardSettings(Settings):
    """The dashboard's process: its address, accounts and bounds."""

    enabled: bool = False
    """Whether `tidegate serve` starts the dashboard; `tidegate dashboard` runs it alone."""
    host: Host = "127.0.0.1"
    """Address the pages are served at."""
    port: Port = 8_088
    """TCP port of the pages. 0: any free port."""
    beyond_loopback: bool = False
    """Permits a `host` that other machines can reach. TLS is the reverse proxy's part."""
    accounts_file: Path = Path("var/accounts.toml")
    """Who may log in; `tidegate accounts` writes it. Only its owner may read it."""
    allowed_hosts: list[Host] = Field(default_factory=list, max_length=100)
    """Names, besides the address itself, under which browsers know the pages."""
    allowed_origins: list[Origin] = Field(default_factory=list, max_length=100)
    """Other sites whose pages may use the interface from a browser. Empty: none."""
    session_ms: int = Field(12 * HOUR_MS, ge=MINUTE_MS, le=30 * DAY_MS)
    """How long a login lasts, milliseconds."""
    desktop_grace_ms: int = Field(5 * SECOND_MS, ge=0, le=10 * MINUTE_MS)
    """How long a desktop's link may be gone before the engine is told, milliseconds."""
    reply_within_ms: int = Field(5 * SECOND_MS, ge=100, le=MINUTE_MS)
    """How long a command waits for the engine's answer, milliseconds."""
    proxy: ProxySettings | None = None
    """A reverse proxy that says who the user is. Left out: only accounts of the file."""

    @model_validator(mode="after")
    def _exposure_is_meant(self) -> Self:
        if not is_loopback(self.host) and not self.beyond_loopback:
            raise ValueError(
                f'host = "{self.host}" can be reached from other machines: use "127.0.0.1" with a'
                " reverse proxy before it, or permit it with beyond_loopback = true"
            )
        return self

"""The demo's dashboard: where it is, and throw-away accounts for looking at it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bus.embedded import LOOPBACK
from config.dashboard import DashboardSettings
from config.settings import TidegateSettings
from dashboard.accounts import (
    Account,
    AccountRole,
    new_token,
    no_accounts,
    token_hash,
    write_accounts,
)
from dashboard.sessions import login_link

ACCOUNTS_FILE = "accounts.toml"
USUAL_PORT = 8_088
LONGEST_START_S, LOOK_EVERY_S = 30.0, 0.1


class DemoDashboard(NamedTuple):
    """The addresses to open, each once within ten minutes; they end with the demo."""

    settings: dict[str, Any]
    """The `[dashboard]` table of the engine."""
    address: str
    wall: str
    desktops: dict[str, str]
    """By agent."""


def demo_dashboard(directory: Path, agent_ids: Sequence[str]) -> DemoDashboard:
    """Make accounts for a supervisor and these agents in a file in `directory`.

    Raises `AccountsError` if the file cannot be written.
    """
    accounts = no_accounts().with_account(_account("supervisor", AccountRole.SUPERVISOR))
    for agent_id in agent_ids:
        accounts = accounts.with_account(_account(agent_id, AccountRole.AGENT, agent_id))
    file = directory / ACCOUNTS_FILE
    write_accounts(file, accounts)
    port = _free_port()
    address, now_ms = f"http://{LOOPBACK}:{port}", time.time_ns() // 1_000_000
    wall, *desktops = (
        f"{address}/login?token={login_link(accounts, one, now_ms)}" for one in accounts.accounts
    )
    settings = {"enabled": True, "port": port, "accounts_file": file}
    return DemoDashboard(settings, address, wall, dict(zip(agent_ids, desktops, strict=True)))


def _account(name: str, role: AccountRole, agent_id: str | None = None) -> Account:
    """Make an account whose token nobody gets to know: the links log in."""
    digest = token_hash(new_token())
    return Account(account=name, name=name, role=role, agent_id=agent_id, token_sha256=digest)


def with_dashboard(settings: TidegateSettings, table: dict[str, Any]) -> TidegateSettings:
    """Return the settings with this `[dashboard]` table."""
    dashboard = DashboardSettings.model_validate(table)
    return settings.model_copy(update={"dashboard": dashboard})


async def until_listening(dashboard: DashboardSettings) -> None:
    """Wait until the pages can be opened, if there are any; the first start takes some seconds."""
    if not dashboard.enabled:
        return
    for _ in range(round(LONGEST_START_S / LOOK_EVERY_S)):
        if await _listens(dashboard.host, dashboard.port):
            return
        await asyncio.sleep(LOOK_EVERY_S)


async def _listens(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


def _free_port() -> int:
    """Return the usual port, or any free one if that is taken."""
    for port in (USUAL_PORT, 0):
        with socket.socket() as probe:
            try:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    return USUAL_PORT

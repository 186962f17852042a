"""The demo's dashboard: where it is, and throw-away accounts for looking at it."""

from __future__ import annotations

import asyncio
import socket
import time
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
    wall: str
    desktop: str


def demo_dashboard(directory: Path, agent_id: str) -> DemoDashboard:
    """Make the accounts `supervisor` and `agent` in a file in `directory`.

    Raises `AccountsError` if the file cannot be written.
    """
    made = {"supervisor": (AccountRole.SUPERVISOR, None), "agent": (AccountRole.AGENT, agent_id)}
    accounts = no_accounts()
    for name, (role, agent) in made.items():
        digest = token_hash(new_token())  # nobody gets to know the token: the links log in
        one = Account(account=name, name=name, role=role, agent_id=agent, token_sha256=digest)
        accounts = accounts.with_account(one)
    file = directory / ACCOUNTS_FILE
    write_accounts(file, accounts)
    port = _free_port()
    now_ms = time.time_ns() // 1_000_000
    wall, desktop = (
        f"http://{LOOPBACK}:{port}/login?token={login_link(accounts, one, now_ms)}"
        for one in accounts.accounts
    )
    settings = {"enabled": True, "port": port, "accounts_file": file}
    return DemoDashboard(settings, wall, desktop)


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

"""A real dashboard on a free port, beside a real broker, and clients of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from config.settings import TidegateSettings
from dashboard.accounts import (
    Account,
    AccountRole,
    new_token,
    no_accounts,
    token_hash,
    write_accounts,
)
from service.dashboard_process import serve_dashboard
from tests.support.brokers import HOST

PATIENCE_S = 30.0  # a bound for what must happen, never a measure of speed
PEOPLE = {
    "boss": (AccountRole.SUPERVISOR, None),
    "guest": (AccountRole.READ_ONLY, None),
    "anna": (AccountRole.AGENT, "anna"),
    "bob": (AccountRole.AGENT, "bob"),
}


class RunningDashboard:
    """Where it is, and everybody's token."""

    def __init__(self, port: int, tokens: dict[str, str]) -> None:
        self.port = port
        self.tokens = tokens
        self.address = f"http://{HOST}:{port}"

    def headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    def client(self, who: str | None = None) -> httpx.AsyncClient:
        headers = self.headers(who) if who else {}
        return httpx.AsyncClient(base_url=self.address, headers=headers, timeout=PATIENCE_S)

    @asynccontextmanager
    async def desktop(self, who: str, query: str = "") -> AsyncIterator[DesktopClient]:
        address = f"ws://{HOST}:{self.port}/api/v1/desktop{query}"
        async with connect(address, additional_headers=self.headers(who)) as socket:
            yield DesktopClient(socket)


class DesktopClient:
    """A page's end of the desktop's WebSocket; keeps every frame."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []

    async def send(self, **message: Any) -> None:
        await self.socket.send(json.dumps({"kind": "send", "message": message}))

    async def until(self, kind: str, **values: Any) -> dict[str, Any]:
        """Return the next frame of this kind whose part of that name has these values."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                self.frames.append(frame)
                part = frame.get({"object": "value"}.get(kind, kind)) or {}
                if frame["kind"] == kind and all(part.get(k) == v for k, v in values.items()):
                    return frame

    async def replied(self, **message: Any) -> dict[str, Any]:
        """Send a message and return the engine's reply."""
        await self.send(**message)
        frame = await self.until("reply", event_id=message["event_id"])
        reply: dict[str, Any] = frame["reply"]
        return reply


async def events(response: httpx.Response) -> AsyncIterator[tuple[str, str, dict[str, Any]]]:
    """Yield (event, id, data) of a stream of server-sent events."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield fields.get("event", ""), fields.get("id", ""), json.loads(fields["data"])
            fields = {}


@asynccontextmanager
async def running_dashboard(
    directory: Path, broker_port: int, **settings: Any
) -> AsyncIterator[RunningDashboard]:
    """Serve a dashboard for the domain of `tests.support.serving`, with accounts for PEOPLE."""
    tokens = {name: new_token() for name in PEOPLE}
    accounts = no_accounts()
    for name, (role, agent_id) in PEOPLE.items():
        digest = token_hash(tokens[name])
        one = Account(account=name, name=name, role=role, agent_id=agent_id, token_sha256=digest)
        accounts = accounts.with_account(one)
    file = directory / "accounts.toml"
    write_accounts(file, accounts)
    whole = TidegateSettings.model_validate(
        {
            "centre": {"tenant": "acme", "site": "main", "domain": "voice"},
            "bus": {"broker": "mqtt", "port": broker_port, "retry_min_ms": 20},
            "journal": {"path": directory / "journal.db"},
            "dashboard": {"port": 0, "accounts_file": file, "reply_within_ms": 3_000, **settings},
        }
    )
    stop = asyncio.Event()
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    work = serve_dashboard(whole, (HOST, broker_port), stop.wait, ready.set_result)
    serving = asyncio.create_task(work)
    await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    try:
        yield RunningDashboard(ready.result(), tokens)
    finally:
        stop.set()
        await serving

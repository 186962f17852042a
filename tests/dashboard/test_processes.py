"""The dashboard as a child of `tidegate serve`, alone, and what stops it; `tidegate top`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import httpx
import pytest

from dashboard.accounts import no_accounts, write_accounts
from tests.support.brokers import HOST, MosquittoProcess, free_port
from tests.support.dashboard import PATIENCE_S
from tests.support.serving import PROGRAM, EngineProcess

pytestmark = pytest.mark.mosquitto


async def run(*arguments: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        out, error = await process.communicate()
    return process.returncode, out.decode(), error.decode()


async def answers(port: int) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            answer = await client.get(f"http://{HOST}:{port}/api/v1/session")
        except httpx.TransportError:
            return False
        return answer.status_code == 401


async def until_answers(port: int, wanted: bool) -> None:
    async with asyncio.timeout(60):
        while await answers(port) is not wanted:  # noqa: ASYNC110 - seen from outside
            await asyncio.sleep(0.1)


async def test_serve_starts_it_and_it_ends_with_the_engine(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    port, file = free_port(), tmp_path / "accounts.toml"
    write_accounts(file, no_accounts())
    table = f"enabled = true\nport = {port}\naccounts_file = {json.dumps(str(file))}"
    queues = f'[dashboard]\n{table}\n\n[[queues]]\nqueue_id = "cards"\n'
    async with EngineProcess(tmp_path, mosquitto.port, queues) as engine:
        await until_answers(port, True)
        code, out, _ = await run("top", "--json", "--config", str(engine.config))
        objects = json.loads(out)
        assert code == 0
        assert objects["engine"][""]["status"] == "ready"
        assert objects["queue"]["cards"]["waiting"] == 0
        code, out, _ = await run("top", "--once", "--config", str(engine.config))
        assert code == 0
        assert "cards" in out
        assert "ready" in out
        await engine.kill()
        await until_answers(port, False)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "tidegate accounts add"),
        ('host = "0.0.0.0"', "beyond_loopback"),
        ('host = "0.0.0.0"\nbeyond_loopback = true\naccounts_file = "{empty}"', "no accounts in"),
        ('port = {taken}\naccounts_file = "{empty}"', "cannot be served at"),
    ],
)
async def test_why_it_does_not_start(
    tmp_path: Path, mosquitto: MosquittoProcess, table: str, said: str
) -> None:
    empty = tmp_path / "empty.toml"
    write_accounts(empty, no_accounts())
    config = tmp_path / "tidegate.toml"
    told = table.replace("{empty}", str(empty)).replace("{taken}", str(mosquitto.port))
    if "accounts_file" not in told:
        told += f"\naccounts_file = {json.dumps(str(tmp_path / 'none.toml'))}"
    config.write_text(f'[bus]\nbroker = "mqtt"\nport = {mosquitto.port}\n[dashboard]\n{told}\n')
    code, _, error = await run("dashboard", "--config", str(config))
    assert code == 2, error
    assert said in error


async def test_top_without_a_broker_says_so(tmp_path: Path) -> None:
    config = tmp_path / "tidegate.toml"
    config.write_text(f'[bus]\nbroker = "mqtt"\nport = {free_port()}\n')
    short = (
        "import service.commands.top as t; t.CONNECT_S = 0.5; from service.cli import app; app()"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", short, "top", "--once", "--config", str(config)),
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await process.communicate()
    assert process.returncode == 2
    assert b"no answer from the broker" in error

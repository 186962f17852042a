"""The access list for Mosquitto that we ship, with TLS and passwords, in a real Mosquitto."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bus.topics import Role
from tests.support.brokers import HOST
from tests.support.client import BusClient
from tests.support.secured_broker import SecuredBroker, SecuredClient, writable
from tests.support.serving import SPACE, EngineProcess

pytestmark = pytest.mark.mosquitto

BASE = SPACE.base
TOPICS = {f"in/{role}/{name}" for role in Role for name in ("pbx-1", "zoe", "maria")} | {
    *("in/agent/web.1", "reply/agent/maria", "decisions/agent/maria", "decisions/bridge/pbx-1"),
    *("state/engine", "state/agent/maria"),
}
MAY_WRITE = {
    "engine": {one for one in TOPICS if not one.startswith("in/")},
    "dashboard": {one for one in TOPICS if one.startswith(("in/agent/", "in/supervisor/"))},
    "pbx-1": {"in/bridge/pbx-1"},
    "zoe": {"in/supervisor/zoe"},
    "wall": set[str](),
    "maria": {"in/agent/maria"},
    "paul": set[str](),
}


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[SecuredBroker]:
    async with SecuredBroker(tmp_path) as one:
        yield one


async def test_each_user_publishes_where_it_may_and_nowhere_else(broker: SecuredBroker) -> None:
    def written(user: str) -> set[str]:
        return writable(broker, user, {f"{BASE}/{one}" for one in TOPICS})

    for user, allowed in MAY_WRITE.items():
        took = await asyncio.to_thread(written, user)
        assert {one.removeprefix(f"{BASE}/") for one in took} == allowed, user


async def test_a_wrong_password_no_password_and_no_encryption_are_refused(
    broker: SecuredBroker,
) -> None:
    def said(password: str) -> str:
        client = SecuredClient(broker, "maria", password, is_encrypted=True)
        try:
            return client.connect()
        finally:
            client.close()

    assert await asyncio.to_thread(said, broker.password("maria")) == "Success"
    assert await asyncio.to_thread(said, broker.password("paul")) == "Not authorized"
    reader, writer = await asyncio.open_connection(HOST, broker.port)
    writer.write(b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x05\x00\x01x")  # CONNECT in clear
    with contextlib.suppress(ConnectionResetError):
        assert not (await reader.read(4)).startswith(b"\x20"), "a CONNACK to clear text"
    writer.close()
    with pytest.raises(ssl.SSLCertVerificationError):  # an authority that is not ours
        await asyncio.open_connection(HOST, broker.port, ssl=ssl.create_default_context())


async def test_an_engine_serves_by_tls_and_an_agent_speaks_only_for_itself(
    broker: SecuredBroker, tmp_path: Path
) -> None:
    password_file = tmp_path / "engine.password"
    password_file.write_text(broker.password("engine"))
    bus = f"""agent_clients = "own"
username = "engine"
password_file = "{password_file}"
[bus.tls]
ca_file = "{tmp_path}/ca.pem"
"""

    def client(role: Role, name: str) -> BusClient:
        link: dict[str, Any] = {
            "username": name,
            "password": broker.password(name),
            "tls": broker.tls(),
        }
        agent = name if role is Role.AGENT else None
        return BusClient(broker.port, role, name, agent, **link)

    async with (
        EngineProcess(tmp_path, broker.inner_port, bus=bus),
        client(Role.BRIDGE, "pbx-1") as bridge,
        client(Role.AGENT, "maria") as maria,
        client(Role.AGENT, "paul") as paul,
    ):
        stolen = await paul.send("agent_signed_in", agent_id="maria", ready=True)
        assert (stolen.status, stolen.reason) == ("rejected", "role_forbids")
        await maria.ok("agent_signed_in", agent_id="maria", ready=True)
        await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")
        offered = await maria.until_decided("contact_reserved", contact_id="call-1")
        word = {"contact_id": "call-1", "agent_id": "maria", "revision": offered.revision}
        assert (await paul.send("accepted", **word)).reason == "role_forbids"
        assert (await paul.send("agent_signed_in", agent_id="maria", take_over=True)).reason == (
            "role_forbids"
        )
        await maria.ok("accepted", **word)
        await bridge.ok("agent_signed_in", agent_id="paul")  # a bridge may speak for agents

"""Who may do what: tokens, cookies, CSRF, roles, names and origins."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dashboard.accounts import read_accounts
from dashboard.identity import wall_clock_ms
from dashboard.login_limit import MOST_OF_ONE
from dashboard.sessions import login_link
from tests.support.brokers import MosquittoProcess
from tests.support.dashboard import RunningDashboard, running_dashboard

pytestmark = pytest.mark.mosquitto
GATE = {"type": "gate_overridden", "mode": "serving"}


async def logged_in(client: httpx.AsyncClient, token: str) -> str:
    answer = await client.post("/api/v1/session", json={"token": token})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    csrf: str = answer.json()["csrf"]
    return csrf


async def test_nobody_sees_nothing(dashboard: RunningDashboard) -> None:
    async with dashboard.client() as client:
        for path in ("snapshot", "feed", "session", "audit", "catalogue", "contacts/c1"):
            assert (await client.get(f"/api/v1/{path}")).status_code == 401, path
        assert (await client.post("/api/v1/commands", json=GATE)).status_code == 401


async def test_roles(dashboard: RunningDashboard) -> None:
    for who, reads, acts in (("guest", 200, 403), ("anna", 403, 403), ("boss", 200, 503)):
        async with dashboard.client(who) as client:
            assert (await client.get("/api/v1/snapshot")).status_code == reads, who
            answer = await client.post("/api/v1/commands", json={"type": "heartbeat"})
            assert answer.status_code == (acts if acts == 403 else 422), who
            audit = await client.get("/api/v1/audit")
            assert audit.status_code == (200 if who == "boss" else 403), who


async def test_a_session_needs_its_csrf_token_and_ends(dashboard: RunningDashboard) -> None:
    async with dashboard.client() as client:
        csrf = await logged_in(client, dashboard.tokens["boss"])
        who = (await client.get("/api/v1/session")).json()
        assert (who["account"], who["role"], who["csrf"]) == ("boss", "supervisor", csrf)
        wrong = {"X-CSRF-Token": "x" * 64}
        for headers in ({}, wrong):
            refused = await client.post("/api/v1/commands", json=GATE, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
        right = {"X-CSRF-Token": csrf}
        assert (await client.delete("/api/v1/session")).status_code == 403
        kept = client.cookies.get("tidegate_session")
        assert (await client.delete("/api/v1/session", headers=right)).status_code == 204
        client.cookies.set("tidegate_session", kept or "")
        answer = await client.get("/api/v1/session")
        assert answer.status_code == 401, "the cookie itself is worth nothing any more"


async def test_failed_logins_are_limited(dashboard: RunningDashboard) -> None:
    async with dashboard.client() as client:
        for _ in range(MOST_OF_ONE):
            answer = await client.post("/api/v1/session", json={"token": "guess"})
            assert answer.status_code == 401
        token = dashboard.tokens["boss"]
        answer = await client.post("/api/v1/session", json={"token": token})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0


async def test_a_link_logs_in_once(dashboard: RunningDashboard, tmp_path: Path) -> None:
    accounts = read_accounts(tmp_path / "accounts.toml")
    anna = accounts.named("anna")
    assert anna is not None
    link = f"/login?token={login_link(accounts, anna, wall_clock_ms())}"
    async with dashboard.client() as client:
        answer = await client.get(link)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desktop")
        assert (await client.get("/api/v1/session")).json()["agent_id"] == "anna"
    async with dashboard.client() as client:
        answer = await client.get(link)
        assert answer.headers["location"].startswith("/login")
        assert (await client.get("/api/v1/session")).status_code == 401


async def test_foreign_names_and_origins_are_refused(dashboard: RunningDashboard) -> None:
    own = f"http://127.0.0.1:{dashboard.port}"
    async with dashboard.client("boss") as client:
        answer = await client.get("/api/v1/snapshot", headers={"Host": "evil.example"})
        assert answer.status_code == 421
        for origin, status in (("http://evil.example", 403), ("null", 403), (own, 422)):
            headers = {"Origin": origin}
            answer = await client.post("/api/v1/commands", json={"type": "x"}, headers=headers)
            assert answer.status_code == status, origin
            assert "access-control-allow-origin" not in answer.headers
    with pytest.raises(InvalidStatus):
        async with connect_from(dashboard, "http://evil.example"):
            pass


def connect_from(dashboard: RunningDashboard, origin: str):  # type: ignore[no-untyped-def]
    from websockets.asyncio.client import connect

    headers = dashboard.headers("anna") | {"Origin": origin}
    address = f"ws://127.0.0.1:{dashboard.port}/api/v1/desktop"
    return connect(address, additional_headers=headers)


async def test_every_answer_has_the_headers(dashboard: RunningDashboard) -> None:
    async with dashboard.client() as client:
        for path in ("/", "/login", "/api/v1/session", "/nowhere"):
            headers = (await client.get(path)).headers
            assert "default-src 'self'" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("who", "query"), [("boss", ""), ("anna", "?watch=bob"), ("guest", "?watch=bob")]
)
async def test_a_desktop_of_the_wrong_role(
    dashboard: RunningDashboard, who: str, query: str
) -> None:
    async with dashboard.desktop(who, query) as desktop:
        with pytest.raises(ConnectionClosed) as closed:
            await desktop.until("hello")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403


async def test_a_proxy_is_believed_only_from_its_address(
    mosquitto: MosquittoProcess, tmp_path: Path
) -> None:
    said = {"X-Forwarded-User": "carla", "X-Forwarded-Role": "supervisor"}
    for trusted, status in (("127.0.0.1", 200), ("10.9.8.0/24", 401)):
        proxy = {"trusted_addresses": [trusted]}
        async with (
            running_dashboard(tmp_path, mosquitto.port, proxy=proxy) as dashboard,
            dashboard.client() as client,
        ):
            answer = await client.get("/api/v1/session", headers=said)
            assert answer.status_code == status
            odd = said | {"X-Forwarded-Role": "emperor"}
            assert (await client.get("/api/v1/session", headers=odd)).status_code == 401
            assert (await client.get("/api/v1/session")).status_code == 401


async def test_a_removed_account_is_logged_out(mosquitto: MosquittoProcess, tmp_path: Path) -> None:
    from dashboard.accounts import write_accounts

    async with (
        running_dashboard(tmp_path, mosquitto.port) as dashboard,
        dashboard.desktop("anna") as desktop,
    ):
        await desktop.until("hello")
        file = tmp_path / "accounts.toml"
        write_accounts(file, read_accounts(file).without("anna"))
        with pytest.raises(ConnectionClosed) as closed:
            await desktop.until("never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401

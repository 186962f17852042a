"""The desktop's WebSocket: frames out; an agent's messages in, each checked and sent on."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import msgspec
from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from bus.answers import answer_refused, answer_rejected
from bus.codec import Refused, decode
from bus.faults import Fault
from bus.replies import Reply
from bus.topics import Role
from bus.transport_errors import TransportError
from contacts.ids import is_id
from dashboard.accounts import AccountRole
from dashboard.desktops import Desktop
from dashboard.hub import Hub
from dashboard.identity import User
from dashboard.link import WEB
from dashboard.view import Key

SIGNED_OUT = 4401
FORBIDDEN = 4403
OPENED_ELSEWHERE = 4409
TOO_SLOW = 4408
GOING_AWAY = 1001
MALFORMED = 1007
CHECK_SESSION_S = 5.0

WATCHERS = frozenset({AccountRole.SUPERVISOR, AccountRole.ADMINISTRATOR})

_encode = msgspec.json.Encoder().encode


class _Sent(msgspec.Struct):
    kind: str
    message: msgspec.Raw = msgspec.Raw()


class _Named(msgspec.Struct):
    name: str | None = None


_sent = msgspec.json.Decoder(_Sent)


async def serve_desktop(hub: Hub, socket: WebSocket) -> None:
    """Serve one WebSocket until either side ends it."""
    user = hub.doorman.user(socket)
    watched = socket.query_params.get("watch")
    refusal = _refusal(user, watched)
    await socket.accept()
    if user is None or refusal is not None:
        await socket.close(*(refusal or (SIGNED_OUT, "log in first")))
        return
    session = None if watched else user.session_id
    desktop = hub.open_desktop(watched or user.agent_id or "", session)
    reading = asyncio.create_task(_read(hub, socket, user, desktop))
    try:
        await _write(hub, socket, user, desktop)
    except (WebSocketDisconnect, OSError, RuntimeError):  # what Starlette raises once it is gone
        pass
    finally:
        reading.cancel()
        hub.close_desktop(desktop)


def _refusal(user: User | None, watched: str | None) -> tuple[int, str] | None:
    if user is None:
        return SIGNED_OUT, "log in first"
    if watched is None:
        is_fine = user.role is AccountRole.AGENT
        return None if is_fine else (FORBIDDEN, "only agents have a desktop; others may watch one")
    if user.role not in WATCHERS:
        return FORBIDDEN, "only supervisors may watch a desktop"
    return None if is_id(watched) else (FORBIDDEN, "watch names no agent")


async def _write(hub: Hub, socket: WebSocket, user: User, desktop: Desktop) -> None:
    loop = asyncio.get_running_loop()
    desktop.sending_since_s = loop.time()
    await socket.send_text(_hello(hub, desktop).decode())
    checked_s = loop.time()
    while not (ending := _ending(desktop)):
        desktop.sending_since_s = loop.time()
        for frame in desktop.frames():
            await socket.send_text(frame.decode())
        desktop.sending_since_s = None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(desktop.news(), CHECK_SESSION_S)
        if loop.time() - checked_s > CHECK_SESSION_S:
            checked_s = loop.time()
            if hub.doorman.user(socket) != user:
                ending = (SIGNED_OUT, "the session is over")
                break
    if not desktop.is_gone:
        code, reason = (GOING_AWAY, "end") if hub.readers.is_closed else ending
        await socket.close(code, reason)


def _ending(desktop: Desktop) -> tuple[int, str] | None:
    if desktop.is_full:
        return TOO_SLOW, "too much waits for this desktop"
    return (OPENED_ELSEWHERE, "opened elsewhere") if desktop.is_closed else None


def _hello(hub: Hub, desktop: Desktop) -> bytes:
    value = hub.view.value(Key("agent", desktop.agent_id))
    return _encode(
        {
            "kind": "hello",
            "session": desktop.session,
            "agent_id": desktop.agent_id,
            "name": msgspec.json.decode(value, type=_Named).name if value else None,
            "epoch": hub.view.epoch,
            "at_ms": hub.view.at_ms,
            "is_connected": hub.link.is_connected,
        }
    )


async def _read(hub: Hub, socket: WebSocket, user: User, desktop: Desktop) -> None:
    """Take messages until the socket ends, then let the writer end too."""
    try:
        while True:
            text = await socket.receive_text()
            if desktop.session is not None:
                _take(hub, user, desktop, text.encode())
    except (WebSocketDisconnect, RuntimeError, KeyError):
        desktop.is_gone = True
        desktop.close()


def _take(hub: Hub, user: User, desktop: Desktop, text: bytes) -> None:
    try:
        sent = _sent.decode(text)
    except msgspec.DecodeError as error:
        malformed = Refused(reason=Fault.MALFORMED, detail=str(error))
        _reply(desktop, answer_refused(malformed))
        return
    if sent.kind != "send":
        return
    payload = bytes(sent.message)
    topic = hub.space.events_in(Role.AGENT, f"{WEB}{desktop.session}")
    found = decode(hub.space, topic, payload, hub.settings.bus.max_payload_bytes)
    if isinstance(found, Refused):
        _reply(desktop, answer_refused(found))
        return
    if fault := _not_own(found.message, user):
        _reply(desktop, answer_rejected(found.message, Fault.ROLE_FORBIDS, fault))
        return
    with contextlib.suppress(TransportError):  # the page sends it again until it is answered
        hub.link.publish(topic, payload)


def _not_own(message: Any, user: User) -> str | None:
    """Return why an agent may not send this message; None if it is the agent's own."""
    if message.type == "never_said":
        return "a desktop does not take back a never" if message.is_taken_back else None
    agent_id = message.agent_id
    return None if agent_id == user.agent_id else f"agent_id is {agent_id}, not {user.agent_id}"


def _reply(desktop: Desktop, reply: Reply) -> None:
    desktop.tell(b'{"kind":"reply","reply":%s}' % _encode(reply))

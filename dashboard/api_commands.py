"""Commands: one bus message of a supervisor, answered with the engine's reply."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from bus.answers import answer_refused
from bus.codec import Refused, decode
from bus.faults import Fault
from bus.replies import Reply
from bus.topics import Role, Sender
from dashboard.access import AnyHub, Supervisor
from dashboard.asking import NotAskedError
from dashboard.errors import ApiError
from dashboard.link import WEB

router = APIRouter(tags=["commands"])

NOT_FROM_PAGES = frozenset({"clock_ticked"})
MAX_BODY_BYTES = 64 * 1024
STATUS_OF = {"ok": 200, "rejected": 409, "busy": 503}


@router.post(
    "/api/v1/commands",
    response_class=Response,
    responses={
        200: {"description": "Carried out: the engine's reply."},
        409: {"description": "Rejected: the engine's reply."},
        422: {"description": "Not a message a supervisor may send: a reply with the reason."},
        503: {"description": "Not carried out; try again after Retry-After seconds."},
        504: {"description": "No answer: unknown. Safe to repeat with the same event_id."},
    },
)
async def command(request: Request, user: Supervisor, hub: AnyHub) -> Response:
    """Send one message as the supervisor `web.{account}` and wait for the engine's reply."""
    fields = await _fields(request)
    event_id = fields.setdefault("event_id", f"web-{secrets.token_hex(12)}")
    payload = msgspec.json.encode(fields)
    sender = Sender(Role.SUPERVISOR, f"{WEB}{user.account}")
    topic = hub.space.events_in(sender.role, sender.client)
    found = decode(hub.space, topic, payload, hub.settings.bus.max_payload_bytes)
    if not isinstance(found, Refused) and found.message.type in NOT_FROM_PAGES:
        detail = f"{found.message.type} may not be sent by a page"
        found = Refused(reason=Fault.ROLE_FORBIDS, detail=detail, event_id=event_id)
    if isinstance(found, Refused):
        return _answer(422, answer_refused(found))
    within_s = hub.settings.dashboard.reply_within_ms / 1_000
    try:
        reply = await hub.asking.ask(sender, event_id, payload, within_s)
    except NotAskedError as error:
        raise ApiError(503, "not_sent", str(error), retry_after_s=2) from error
    except TimeoutError as error:
        message = f"no answer in {within_s:g} s: unknown, safe to repeat as event_id {event_id}"
        raise ApiError(504, "unknown", message) from error
    return _answer(STATUS_OF[reply.status], reply)


async def _fields(request: Request) -> dict[str, Any]:
    """Return the body, a JSON object of bounded size."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise ApiError(413, "too_large", f"at most {MAX_BODY_BYTES} bytes are taken")
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ApiError(422, "malformed", f"the body is not a JSON object: {error}") from error


def _answer(status: int, reply: Reply) -> Response:
    headers = {"Cache-Control": "no-store"}
    if reply.retry_after_ms is not None:
        headers["Retry-After"] = str(-(-reply.retry_after_ms // 1_000))
    body = msgspec.json.encode(reply)
    return Response(body, status, headers=headers, media_type="application/json")

"""The feed: all retained objects as a snapshot, and their changes; the desktop's WebSocket."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response, WebSocket

from dashboard.access import AnyHub, WallReader
from dashboard.desktop_socket import serve_desktop
from dashboard.readers import FeedResponse
from dashboard.view import Kinds

router = APIRouter(tags=["feed"])

KindsQuery = Annotated[
    str | None,
    Query(max_length=500, description="Only objects of these kinds, with commas between."),
]


@router.get(
    "/api/v1/snapshot",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}},
)
async def snapshot(user: WallReader, hub: AnyHub, kinds: KindsQuery = None) -> Response:
    """Return all objects: `{feed, epoch, at_ms, is_live, objects: [{kind, id, value}]}`."""
    body = hub.readers.frames.snapshot(_kinds(kinds), is_live=hub.link.is_live)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get(
    "/api/v1/feed",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def feed(
    user: WallReader,
    hub: AnyHub,
    kinds: KindsQuery = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Server-sent events: `snapshot`, then `changes` at most every 250 ms, and `ping`.

    A reader that names a `Last-Event-ID` of this run gets only what changed since.
    """
    is_number = last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit()
    cursor = int(last_event_id[:20]) if is_number and last_event_id else None
    return FeedResponse(hub.readers, cursor, _kinds(kinds))


@router.websocket("/api/v1/desktop")
async def desktop(socket: WebSocket) -> None:
    """Serve an agent's desktop (see docs/dashboard.md)."""
    await serve_desktop(socket.app.state.hub, socket)


def _kinds(text: str | None) -> Kinds:
    return frozenset(text.split(",")) if text else None

"""The pages themselves: three documents and what they load, from the folder that Vite fills."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse
from starlette.staticfiles import StaticFiles

from dashboard.access import AnyHub
from dashboard.api_sessions import by_link

STATIC = Path(__file__).with_name("static")
NOT_BUILT = "The pages are not built: run `npm ci` and `npm run build` in dashboard/web.\n"

router = APIRouter(include_in_schema=False)


@router.get("/")
async def wall() -> Response:
    """The supervisors' wall."""
    return _page("index.html")


@router.get("/desktop")
async def desktop() -> Response:
    """The agents' desktop."""
    return _page("desktop.html")


@router.get("/login")
async def login(request: Request, hub: AnyHub, token: str | None = None) -> Response:
    """The login; with `token`, a link that works once."""
    return by_link(hub, request, token) if token else _page("login.html")


def static_files() -> StaticFiles:
    """Return what serves the files that pages load."""
    return StaticFiles(directory=STATIC / "assets", check_dir=False)


def _page(name: str) -> Response:
    path = STATIC / name
    if not path.is_file():
        return PlainTextResponse(NOT_BUILT, 503)
    return FileResponse(path, headers={"Cache-Control": "no-cache"})

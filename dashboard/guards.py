"""What every request passes: the Host and Origin checks, and the headers of every answer.

Plain ASGI, since Starlette's BaseHTTPMiddleware costs a task for each streamed answer.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.addresses import is_address
from config.dashboard import DashboardSettings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; object-src 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
HOST_WRONG = "this name is not one of the dashboard's: add it to dashboard.allowed_hosts"
ORIGIN_WRONG = "this origin may not use the dashboard: see dashboard.allowed_origins"


class Guards:
    """Refuses requests under a foreign name (DNS rebinding) or from a foreign page."""

    def __init__(self, app: ASGIApp, settings: DashboardSettings) -> None:
        self._app = app
        names = {"localhost", settings.host, *settings.allowed_hosts}
        self._hosts = {name.lower() for name in names}
        self._origins = {origin.lower() for origin in settings.allowed_origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        fault = self._fault(scope)
        if fault is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": fault})
        else:
            status = 421 if fault is HOST_WRONG else 403
            refusal = JSONResponse({"detail": {"code": "not_from_here", "message": fault}}, status)
            await refusal(scope, receive, _with_headers(send))

    def _fault(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name = _name(host)
        if name not in self._hosts and not is_address(name):
            return HOST_WRONG
        origin = headers.get("origin")
        is_safe = scope["type"] == "http" and scope["method"] in SAFE_METHODS
        if origin is None or is_safe:
            return None
        is_own = urlsplit(origin).netloc.lower() == host.lower()
        return None if is_own or origin.lower() in self._origins else ORIGIN_WRONG


def _name(host: str) -> str:
    """Return the Host header's name without its port and brackets, in small letters."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending

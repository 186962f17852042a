"""Logging in and out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from dashboard.access import Anybody, AnyHub
from dashboard.accounts import Account, AccountRole
from dashboard.errors import ApiError
from dashboard.hub import Hub
from dashboard.identity import COOKIE, User, wall_clock_ms

router = APIRouter(tags=["session"])


class TokenBody(BaseModel):
    """What logs in."""

    token: str = Field(min_length=1, max_length=500)
    """The account's token, as `tidegate accounts add` printed it."""


class SessionBody(BaseModel):
    """Who is logged in."""

    account: str
    role: AccountRole
    agent_id: str | None
    name: str
    csrf: str | None
    """To be sent as `X-CSRF-Token` with every unsafe request; null where a token is sent."""


@router.post("/api/v1/session")
async def log_in(body: TokenBody, request: Request, response: Response, hub: AnyHub) -> SessionBody:
    """Begin a session: sets the cookie `tidegate_session`. 429 after too many failures."""
    _check_limit(hub, request)
    account = hub.doorman.accounts.of_token(body.token)
    if account is None:
        raise _failed(hub, request, "this token is not, or no longer, an account's")
    return _begin(hub, request, response, account)


@router.get("/api/v1/session")
async def session(user: Anybody) -> SessionBody:
    """Return who is logged in; 401 if nobody is."""
    return _body(user)


@router.delete("/api/v1/session", status_code=204)
async def log_out(user: Anybody, request: Request, hub: AnyHub) -> Response:
    """End the session."""
    hub.doorman.log_out(request.cookies.get(COOKIE, ""))
    response = Response(status_code=204)
    response.delete_cookie(COOKIE)
    return response


def by_link(hub: Hub, request: Request, link: str) -> Response:
    """Begin a session with a link that works once, and go on to the page of the account's role."""
    _check_limit(hub, request)
    account = hub.doorman.of_link(link)
    if account is None:
        hub.doorman.limit.failed(hub.doorman.address(request), wall_clock_ms())
        return RedirectResponse("/login?expired=1", 303)
    is_agent = account.role is AccountRole.AGENT
    response = RedirectResponse("/desktop" if is_agent else "/", 303)
    response.headers["Cache-Control"] = "no-store"
    _begin(hub, request, response, account)
    return response


def _begin(hub: Hub, request: Request, response: Response, account: Account) -> SessionBody:
    cookie, user = hub.doorman.log_in(account)
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=hub.settings.dashboard.session_ms // 1_000,
        httponly=True,
        samesite="strict",
        secure=_is_https(request),
    )
    response.headers["Cache-Control"] = "no-store"
    return _body(user)


def _is_https(request: Request) -> bool:
    """Tell whether the browser speaks HTTPS, as a page's origin says or else the proxy."""
    origin = request.headers.get("origin", "")
    proto = request.headers.get("x-forwarded-proto", request.url.scheme)
    return origin.startswith("https:") or proto == "https"


def _check_limit(hub: Hub, request: Request) -> None:
    wait_ms = hub.doorman.limit.wait_ms(hub.doorman.address(request), wall_clock_ms())
    if wait_ms:
        wait_s = -(-wait_ms // 1_000)
        raise ApiError(429, "too_many_failures", f"try again in {wait_s} s", wait_s)


def _failed(hub: Hub, request: Request, message: str) -> ApiError:
    hub.doorman.limit.failed(hub.doorman.address(request), wall_clock_ms())
    return ApiError(401, "token_unknown", message)


def _body(user: User) -> SessionBody:
    return SessionBody(
        account=user.account,
        role=user.role,
        agent_id=user.agent_id,
        name=user.name,
        csrf=user.csrf,
    )

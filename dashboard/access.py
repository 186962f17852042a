"""Who may call what: dependencies of the routes."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Request

from dashboard.accounts import AccountRole
from dashboard.errors import ApiError
from dashboard.guards import SAFE_METHODS
from dashboard.hub import Hub
from dashboard.identity import User

CSRF_HEADER = "X-CSRF-Token"
WALL_ROLES = frozenset({AccountRole.SUPERVISOR, AccountRole.ADMINISTRATOR, AccountRole.READ_ONLY})
ACTING_ROLES = frozenset({AccountRole.SUPERVISOR, AccountRole.ADMINISTRATOR})


def hub_of(request: Request) -> Hub:
    """Return the process's hub."""
    hub: Hub = request.app.state.hub
    return hub


AnyHub = Annotated[Hub, Depends(hub_of)]


def anybody(request: Request, hub: AnyHub) -> User:
    """Return who is logged in; 401 if nobody, 403 without the token that unsafe requests need."""
    user = hub.doorman.user(request)
    if user is None:
        raise ApiError(401, "not_logged_in", "log in first, or send a valid token")
    if request.method not in SAFE_METHODS and user.csrf is not None:
        given = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), user.csrf.encode()):
            raise ApiError(403, "csrf", f"send the session's csrf in the header {CSRF_HEADER}")
    return user


Anybody = Annotated[User, Depends(anybody)]


def _wall(user: Anybody) -> User:
    return _of_role(user, WALL_ROLES)


def _acting(user: Anybody) -> User:
    return _of_role(user, ACTING_ROLES)


def _of_role(user: User, roles: frozenset[AccountRole]) -> User:
    if user.role not in roles:
        allowed = ", ".join(sorted(roles))
        raise ApiError(403, "role_forbids", f"role {user.role} may not do this; allowed: {allowed}")
    return user


WallReader = Annotated[User, Depends(_wall)]
"""Whoever may see the wall."""
Supervisor = Annotated[User, Depends(_acting)]
"""Whoever may send commands."""

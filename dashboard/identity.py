"""Who asks: a session's cookie, a token, or what a trusted reverse proxy says."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import NamedTuple

import structlog
from starlette.requests import HTTPConnection

from config.dashboard import DashboardSettings, ProxySettings
from contacts.ids import is_id
from dashboard.accounts import (
    Account,
    AccountRole,
    Accounts,
    AccountsError,
    no_accounts,
    read_accounts,
)
from dashboard.login_limit import LoginLimit
from dashboard.sessions import Session, Sessions

COOKIE = "tidegate_session"
BEARER = "bearer "
SESSION_ID_LETTERS = 18

log = structlog.get_logger(__name__)


class User(NamedTuple):
    """Somebody who may use the interface. `csrf` is None where no browser adds a cookie."""

    account: str
    name: str
    role: AccountRole
    agent_id: str | None
    session_id: str
    csrf: str | None


def wall_clock_ms() -> int:
    """Return the time, Unix milliseconds."""
    return time.time_ns() // 1_000_000


class Doorman:
    """Knows the accounts, reads them again when the file changes, and tells who somebody is."""

    def __init__(
        self, settings: DashboardSettings, now_ms: Callable[[], int] = wall_clock_ms
    ) -> None:
        self._path = settings.accounts_file
        self._proxy = settings.proxy
        self._now_ms = now_ms
        self._stamp: tuple[int, ...] | None = None
        self.sessions = Sessions(settings.session_ms)
        self.limit = LoginLimit()
        self.accounts = self._first_accounts()

    def reload(self) -> None:
        """Take a changed accounts file; one that is faulty changes nothing and is logged."""
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        if stamp is None and self._proxy is not None:
            return
        try:
            self.accounts = read_accounts(self._path)
        except AccountsError as error:
            log.error("accounts_refused", reason=str(error))

    def user(self, connection: HTTPConnection) -> User | None:
        """Return who asks; None if nobody we know."""
        authorization = connection.headers.get("authorization", "")
        if authorization.lower().startswith(BEARER):
            account = self.accounts.of_token(authorization[len(BEARER) :])
            return _of_token(account) if account else None
        cookie = connection.cookies.get(COOKIE)
        session = self.session(cookie) if cookie else None
        if session is not None:
            return of_session(session)
        return self._proxied(connection)

    def session(self, cookie: str) -> Session | None:
        """Return the session of a cookie, if it is one that lasts."""
        return self.sessions.of_cookie(self.accounts, cookie, self._now_ms())

    def log_in(self, account: Account) -> tuple[str, User]:
        """Begin a session; return its cookie and who it is."""
        cookie, session = self.sessions.begin(self.accounts, account, self._now_ms())
        return cookie, of_session(session)

    def log_out(self, cookie: str) -> None:
        """End the session of a cookie."""
        session = self.session(cookie)
        if session is not None:
            self.sessions.end(session, self._now_ms())

    def of_link(self, link: str) -> Account | None:
        """Return whose login link it is; it is used up by that."""
        return self.sessions.of_link(self.accounts, link, self._now_ms())

    def address(self, connection: HTTPConnection) -> str:
        """Return where a request comes from; a trusted proxy says for whom it asks."""
        peer = connection.client.host if connection.client else ""
        if self._proxy is None or not _is_trusted(self._proxy, peer):
            return peer
        return connection.headers.get("x-forwarded-for", peer).rsplit(",", 1)[-1].strip()

    def _first_accounts(self) -> Accounts:
        self._stamp = _stamp(self._path)
        if self._stamp is None and self._proxy is not None:
            return no_accounts()
        return read_accounts(self._path)

    def _proxied(self, connection: HTTPConnection) -> User | None:
        proxy, peer = self._proxy, connection.client.host if connection.client else ""
        if proxy is None or not _is_trusted(proxy, peer):
            return None
        account = connection.headers.get(proxy.user_header, "")
        role = connection.headers.get(proxy.role_header, "")
        if not is_id(account) or len(account) > 100 or role not in set(AccountRole):
            return None
        agent_id = None
        if role == AccountRole.AGENT:
            agent_id = connection.headers.get(proxy.agent_header) or account
            if not is_id(agent_id):
                return None
        key = bytes.fromhex(self.accounts.session_key)
        made = hmac.new(key, f"proxy {account}".encode(), hashlib.sha256).hexdigest()
        session_id, csrf = made[:SESSION_ID_LETTERS], made[SESSION_ID_LETTERS:]
        return User(account, account, AccountRole(role), agent_id, session_id, csrf)


def of_session(session: Session) -> User:
    """Return who has a session."""
    one = session.account
    return User(one.account, one.name, one.role, one.agent_id, session.session_id, session.csrf)


def _of_token(one: Account) -> User:
    session_id = one.token_sha256[:SESSION_ID_LETTERS]
    return User(one.account, one.name, one.role, one.agent_id, session_id, None)


def _is_trusted(proxy: ProxySettings, peer: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in ip_network(one, strict=False) for one in proxy.trusted_addresses)


def _stamp(path: Path) -> tuple[int, ...] | None:
    """Return what changes with the file; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode

"""Sessions: signed cookies that any run of the dashboard can check, and links for logging in once.

Nothing is kept but what was ended before its time: a desktop stays logged in while the dashboard or
the whole engine is started again. A cookie holds the account, a random session id, the end of the
session, and an HMAC-SHA-256 over them with the key of the accounts file and the hash of the
account's token: a new token or a removed account ends all its sessions.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Literal, NamedTuple

from dashboard.accounts import Account, Accounts

LINK_MS = 10 * 60_000
MAX_ENDED = 100_000
ID_BYTES = 9

Purpose = Literal["session", "link", "csrf"]


class Session(NamedTuple):
    """Somebody who is logged in; `session_id` also names the desktop on the bus."""

    account: Account
    session_id: str
    until_ms: int
    csrf: str


class Sessions:
    """Makes sessions and checks them against the accounts now in force."""

    def __init__(self, session_ms: int) -> None:
        self._session_ms = session_ms
        self._ended: dict[str, int] = {}  # id -> when it would have ended anyway

    def begin(self, accounts: Accounts, account: Account, now_ms: int) -> tuple[str, Session]:
        """Return a new session and its cookie."""
        until_ms = now_ms + self._session_ms
        cookie = _signed(accounts, account, "session", until_ms)
        session = self.of_cookie(accounts, cookie, now_ms)
        assert session is not None
        return cookie, session

    def of_cookie(self, accounts: Accounts, cookie: str, now_ms: int) -> Session | None:
        """Return the session of a cookie; None if it is not ours, over, or ended."""
        found = _checked(accounts, cookie, "session", now_ms)
        if found is None or found[1] in self._ended:
            return None
        account, session_id, until_ms = found
        csrf = _signature(accounts, account, "csrf", session_id)
        return Session(account, session_id, until_ms, csrf)

    def end(self, session: Session, now_ms: int) -> None:
        """The cookie of this session is worth nothing from now on."""
        self._spend(session.session_id, session.until_ms, now_ms)

    def of_link(self, accounts: Accounts, link: str, now_ms: int) -> Account | None:
        """Return whose link it is, and let it be used no more in this run."""
        found = _checked(accounts, link, "link", now_ms)
        if found is None or found[1] in self._ended:
            return None
        account, link_id, until_ms = found
        self._spend(link_id, until_ms, now_ms)
        return account

    def _spend(self, name: str, until_ms: int, now_ms: int) -> None:
        if len(self._ended) >= MAX_ENDED:
            self._ended = {one: at_ms for one, at_ms in self._ended.items() if at_ms > now_ms}
        self._ended[name] = until_ms


def login_link(accounts: Accounts, account: Account, now_ms: int) -> str:
    """Return a token for `/login?token=`, good once and for ten minutes."""
    return _signed(accounts, account, "link", now_ms + LINK_MS)


def _signed(accounts: Accounts, account: Account, purpose: Purpose, until_ms: int) -> str:
    text = f"{account.account} {secrets.token_hex(ID_BYTES)} {until_ms}"
    encoded = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"{encoded}.{_signature(accounts, account, purpose, text)}"


def _checked(
    accounts: Accounts, signed: str, purpose: Purpose, now_ms: int
) -> tuple[Account, str, int] | None:
    """Return account, id and end of what `_signed` made; None if anything is not as it was."""
    encoded, _, signature = signed.partition(".")
    try:
        text = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        name, session_id, until = text.split(" ")
        until_ms = int(until)
    except ValueError:
        return None
    account = accounts.named(name)
    if account is None or until_ms <= now_ms:
        return None
    expected = _signature(accounts, account, purpose, text)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        return None
    return account, session_id, until_ms


def _signature(accounts: Accounts, account: Account, purpose: Purpose, text: str) -> str:
    key = bytes.fromhex(accounts.session_key)
    signed = f"{purpose} {account.token_sha256} {text}".encode()
    return hmac.new(key, signed, hashlib.sha256).hexdigest()

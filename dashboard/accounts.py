"""Accounts: who may log in, in a file that only its owner may read.

A token is 256 random bits, so a plain SHA-256 of it is enough: there is nothing to guess from a
dictionary, and a slow hash would only help whoever wants to keep the process busy. The file also
has the key that session cookies are signed with; whoever can read it can log in as anybody, which
is why its mode is checked.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, model_validator

from config.base import Settings
from config.routing import Id

KEY_BYTES = 32
OWNER_ONLY = 0o600

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class AccountRole(StrEnum):
    """What an account may do; the order says nothing."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    READ_ONLY = "read_only"


class AccountsError(Exception):
    """What is wrong with the accounts file, and what a person can do."""


class Account(Settings):
    """One account. Of its token only the hash is kept."""

    account: Annotated[Id, Field(max_length=100)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    role: Annotated[AccountRole, Field(strict=False)]
    agent_id: Id | None = None
    token_sha256: Digest

    @model_validator(mode="after")
    def _agent_has_an_id(self) -> Account:
        if (self.role is AccountRole.AGENT) != (self.agent_id is not None):
            raise ValueError("an account of role agent has an agent_id, and no other has one")
        return self


class Accounts(Settings):
    """The whole file."""

    session_key: Digest = Field(repr=False)
    accounts: list[Account] = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_once(self) -> Accounts:
        names = [one.account for one in self.accounts]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"given twice: account {', '.join(sorted(twice))}")
        return self

    def named(self, account: str) -> Account | None:
        """Return the account of that name."""
        return next((one for one in self.accounts if one.account == account), None)

    def of_token(self, token: str) -> Account | None:
        """Return the account whose token it is."""
        digest = token_hash(token)
        return next((one for one in self.accounts if one.token_sha256 == digest), None)

    def with_account(self, account: Account) -> Accounts:
        """Return the accounts with one more, or with that one anew."""
        others = [one for one in self.accounts if one.account != account.account]
        return Accounts(session_key=self.session_key, accounts=[*others, account])

    def without(self, account: str) -> Accounts:
        """Return the accounts without that one."""
        others = [one for one in self.accounts if one.account != account]
        return Accounts(session_key=self.session_key, accounts=others)


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """Return a new token: 256 random bits as text."""
    return secrets.token_urlsafe(KEY_BYTES)


def no_accounts() -> Accounts:
    """Return an empty file's content, with a new key."""
    return Accounts(session_key=secrets.token_hex(KEY_BYTES))


def read_accounts(path: Path) -> Accounts:
    """Read the file. Raises `AccountsError` in words: missing, open to others, not well-formed."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise AccountsError(
                    f"accounts file {path}: others may read or write it (mode {mode:o})."
                    f" Run `chmod 600 {path}`; if others have read it, make the accounts anew."
                )
            data = tomllib.loads(file.read().decode())
    except FileNotFoundError as error:
        raise AccountsError(
            f"accounts file {path}: there is no such file."
            " Make the first account with `tidegate accounts add NAME --role administrator`."
        ) from error
    except (OSError, ValueError) as error:
        raise AccountsError(f"accounts file {path}: {error}. Correct or restore it.") from error
    try:
        return Accounts.model_validate(data)
    except ValidationError as error:
        raise AccountsError(f"accounts file {path}: {_in_words(error)}.") from error


def write_accounts(path: Path, accounts: Accounts) -> None:
    """Write the file whole or not at all, readable by its owner only. Raises `AccountsError`."""
    lines = [
        "# Written by `tidegate accounts`. Whoever can read this file can log in as anybody.",
        f"session_key = {json.dumps(accounts.session_key)}",
    ]
    for one in accounts.accounts:
        lines += ["", "[[accounts]]"]
        values = one.model_dump(mode="json", exclude_none=True)
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise AccountsError(f"accounts file {path}: cannot be written: {error}.") from error


def _in_words(error: ValidationError) -> str:
    """Say where and what; never a value, which may be a secret."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(one) for one in first["loc"]) or "the file"
    return f"{place}: {first['msg'].removeprefix('Value error, ')}"

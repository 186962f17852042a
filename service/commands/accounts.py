"""`tidegate accounts`: who may log in at the dashboard."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from config.loader import load_settings
from config.problems import ConfigError
from dashboard.accounts import (
    Account,
    AccountRole,
    Accounts,
    AccountsError,
    new_token,
    no_accounts,
    read_accounts,
    token_hash,
    write_accounts,
)
from dashboard.sessions import login_link

COULD_NOT_RUN = 2
NOT_FOUND = 3

app = typer.Typer(
    name="accounts",
    help="Make, list and remove accounts of the dashboard. Exit code 0: done, 2: could not run,"
    " nothing changed, 3: no such account.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account's name, an id.")]
Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The TOML file that names dashboard.accounts_file."),
]
File = Annotated[
    Path | None, typer.Option("--file", help="The accounts file, instead of the configured one.")
]


@app.command()
def add(
    account: Name,
    role: Annotated[AccountRole, typer.Option(help="What the account may do.")],
    agent: Annotated[
        str | None, typer.Option(metavar="ID", help="For role agent: which agent it is.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name shown on the page.")] = None,
    config: Config = None,
    file: File = None,
) -> None:
    """Make an account, or give it a new token; prints the token, once: only its hash is kept."""
    with _reported():
        path = _path(config, file)
        accounts = read_accounts(path) if path.exists() else no_accounts()
        token = new_token()
        try:
            made = Account(
                account=account,
                name=name or account,
                role=role,
                agent_id=agent,
                token_sha256=token_hash(token),
            )
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(one) for one in first["loc"]) or "--agent"
            raise AccountsError(f"{place}: {first['msg'].removeprefix('Value error, ')}") from error
        write_accounts(path, accounts.with_account(made))
    typer.echo(
        f"Account {account} ({role}) is in {path}. Its token, which is shown only now:", err=True
    )
    typer.echo(token)


@app.command("list")
def list_(
    config: Config = None,
    file: File = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """List the accounts: name, role, agent."""
    with _reported():
        accounts = read_accounts(_path(config, file)).accounts
    shown = [one.model_dump(mode="json", exclude={"token_sha256"}) for one in accounts]
    if as_json:
        typer.echo(json.dumps(shown, indent=2))
        return
    for one in shown:
        agent = f"  agent {one['agent_id']}" if one["agent_id"] else ""
        typer.echo(f"{one['account']}  {one['role']}{agent}  {one['name']}")


@app.command()
def remove(account: Name, config: Config = None, file: File = None) -> None:
    """Remove an account; its sessions end within seconds."""
    with _reported():
        path = _path(config, file)
        accounts = read_accounts(path)
        _require(accounts, account)
        write_accounts(path, accounts.without(account))
    typer.echo(f"account {account} is removed")


@app.command()
def link(account: Name, config: Config = None, file: File = None) -> None:
    """Print the path of a link that logs the account in: once, within ten minutes."""
    with _reported():
        accounts = read_accounts(_path(config, file))
        found = _require(accounts, account)
        token = login_link(accounts, found, time.time_ns() // 1_000_000)
    typer.echo(f"/login?token={token}")


def _require(accounts: Accounts, name: str) -> Account:
    account = accounts.named(name)
    if account is None:
        typer.echo(f"there is no account {name}", err=True)
        raise typer.Exit(NOT_FOUND)
    return account


def _path(config: Path | None, file: Path | None) -> Path:
    return file or load_settings(config, os.environ).dashboard.accounts_file


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except (AccountsError, ConfigError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error

"""The accounts file, the command that writes it, sessions, and the limit on failed logins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

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
from dashboard.login_limit import MOST_OF_ONE, WINDOW_MS, LoginLimit
from dashboard.sessions import LINK_MS, Sessions, login_link
from service.cli import app

DAY_MS = 86_400_000


def made(name: str = "boss", role: AccountRole = AccountRole.SUPERVISOR) -> Account:
    return Account(account=name, name=name, role=role, token_sha256=token_hash(new_token()))


def command(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["accounts", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_add_list_and_remove(tmp_path: Path) -> None:
    file = str(tmp_path / "accounts.toml")
    code, token, _ = command("add", "anna", "--role", "agent", "--agent", "a1", "--file", file)
    assert code == 0
    assert (tmp_path / "accounts.toml").stat().st_mode & 0o777 == 0o600
    assert token.strip() not in (tmp_path / "accounts.toml").read_text()
    found = read_accounts(Path(file)).of_token(token.strip())
    assert found is not None
    assert (found.account, found.role, found.agent_id) == ("anna", AccountRole.AGENT, "a1")
    code, listed, _ = command("list", "--file", file, "--json")
    assert (code, [one["account"] for one in json.loads(listed)]) == (0, ["anna"])
    assert "sha256" not in listed
    assert command("remove", "anna", "--file", file)[0] == 0
    assert command("remove", "anna", "--file", file)[0] == 3
    assert read_accounts(Path(file)).of_token(token.strip()) is None


def test_a_new_token_ends_the_old_one(tmp_path: Path) -> None:
    file = str(tmp_path / "accounts.toml")
    _, first, _ = command("add", "boss", "--role", "supervisor", "--file", file)
    _, second, _ = command("add", "boss", "--role", "supervisor", "--file", file)
    accounts = read_accounts(Path(file))
    assert accounts.of_token(first.strip()) is None
    assert accounts.of_token(second.strip()) is not None
    assert len(accounts.accounts) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "anna", "--role", "agent"), "agent_id"),
        (("add", "boss", "--role", "supervisor", "--agent", "a1"), "agent_id"),
        (("add", "no spaces", "--role", "supervisor"), "account"),
    ],
)
def test_a_wrong_account_is_not_made(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    file = tmp_path / "accounts.toml"
    code, _, error = command(*arguments, "--file", str(file))
    assert code == 2
    assert said in error
    assert not file.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("session_key = 1", "session_key"),
        ("this is no toml", "Correct or restore"),
        ('session_key = "{key}"\n[[accounts]]\naccount = "x"', "accounts.0"),
        ('session_key = "{key}"\nsurprise = 1', "surprise"),
    ],
)
def test_a_faulty_file_is_explained(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text(content.replace("{key}", "ab" * 32))
    file.chmod(0o600)
    with pytest.raises(AccountsError, match=said):
        read_accounts(file)


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "accounts.toml"
    write_accounts(file, no_accounts().with_account(made()))
    file.chmod(0o640)
    with pytest.raises(AccountsError, match="chmod 600"):
        read_accounts(file)
    with pytest.raises(AccountsError, match="no such file"):
        read_accounts(tmp_path / "none.toml")


def test_an_account_stands_once() -> None:
    with pytest.raises(ValueError, match="given twice: account boss"):
        Accounts(session_key="ab" * 32, accounts=[made(), made()])


def test_a_session_lasts_until_its_end_and_outlives_a_restart() -> None:
    accounts = no_accounts().with_account(made())
    cookie, session = Sessions(DAY_MS).begin(accounts, accounts.accounts[0], 1_000)
    later = Sessions(DAY_MS)  # another run
    found = later.of_cookie(accounts, cookie, 1_000 + DAY_MS - 1)
    assert found == session
    assert later.of_cookie(accounts, cookie, 1_000 + DAY_MS) is None


def test_a_session_ends_with_its_account_its_token_or_a_logout() -> None:
    accounts = no_accounts().with_account(made())
    sessions = Sessions(DAY_MS)
    cookie, session = sessions.begin(accounts, accounts.accounts[0], 0)
    assert sessions.of_cookie(accounts.without("boss"), cookie, 1) is None
    assert sessions.of_cookie(accounts.with_account(made()), cookie, 1) is None
    assert sessions.of_cookie(no_accounts().with_account(accounts.accounts[0]), cookie, 1) is None
    sessions.end(session, 1)
    assert sessions.of_cookie(accounts, cookie, 1) is None


def test_a_forged_cookie_is_nobody() -> None:
    accounts = no_accounts().with_account(made())
    sessions = Sessions(DAY_MS)
    cookie, _ = sessions.begin(accounts, accounts.accounts[0], 0)
    text, _, signature = cookie.partition(".")
    forged = [text, f"{text}.", f"{text}.{signature[:-1]}x", f"x{cookie}", ".", "é.é", cookie[1:]]
    assert all(sessions.of_cookie(accounts, one, 1) is None for one in forged)


def test_a_link_works_once_and_is_no_cookie() -> None:
    accounts = no_accounts().with_account(made())
    sessions = Sessions(DAY_MS)
    link = login_link(accounts, accounts.accounts[0], 0)
    assert sessions.of_cookie(accounts, link, 1) is None
    assert sessions.of_link(accounts, link, 1) == accounts.accounts[0]
    assert sessions.of_link(accounts, link, 1) is None
    late = login_link(accounts, accounts.accounts[0], 0)
    assert sessions.of_link(accounts, late, LINK_MS) is None


def test_failures_are_limited_for_each_address() -> None:
    limit = LoginLimit()
    for _ in range(MOST_OF_ONE):
        assert limit.wait_ms("10.0.0.1", 5) == 0
        limit.failed("10.0.0.1", 5)
    assert limit.wait_ms("10.0.0.1", 6) == WINDOW_MS - 1
    assert limit.wait_ms("10.0.0.2", 6) == 0
    assert limit.wait_ms("10.0.0.1", 5 + WINDOW_MS) == 0

"""The command `tidegate check-config`."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from config.loader import default_text
from service.commands.check_config import check_config

app = typer.Typer()
app.command("check-config")(check_config)


def run(*arguments: str, **environ: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments), env=environ)
    return result.exit_code, result.stdout


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tidegate.toml"


def test_a_good_file(file: Path) -> None:
    file.write_text('[[queues]]\nqueue_id = "a"\n[queues.destinations]\nfull = "x"')
    code, said = run(str(file))
    assert code == 0
    assert said.splitlines() == [
        f"good: {file}: 1 queue, 0 agents",
        "warning: queues[a].destinations.full is never used: without max_waiting the queue"
        " refuses nobody for that reason",
    ]


def test_the_shipped_file_is_checked_without_a_path() -> None:
    code, said = run()
    assert code == 0
    assert said.endswith("config/default.toml: 2 queues, 3 agents\n")


def test_a_wrong_file_and_a_wrong_variable(file: Path) -> None:
    file.write_text("[bus]\nport = 70000\n")
    code, said = run(str(file), TIDEGATE__BUS__KEEPALIVE_S="x")
    assert code == 1
    assert said.splitlines() == [
        "2 problems:",
        f"{file}:2: bus.port = 70000: must be a whole number from 0 to 65535",
        'environment: TIDEGATE__BUS__KEEPALIVE_S = "x": must be a whole number from 5 to 3600',
    ]


def test_a_missing_file(file: Path) -> None:
    code, said = run(str(file))
    assert code == 2
    assert "there is no such file" in said


def test_json_of_a_good_file(file: Path) -> None:
    file.write_text('[[queues]]\nqueue_id = "a"')
    code, said = run(str(file), "--json")
    assert code == 0
    assert json.loads(said) == {
        "good": True,
        "file": str(file),
        "queues": 1,
        "agents": 0,
        "warnings": [],
        "problems": [],
        "exit_code": 0,
    }


def test_json_of_a_wrong_file(file: Path) -> None:
    file.write_text("[bus]\nport = 70000\n")
    code, said = run(str(file), "--json")
    assert code == 1
    assert json.loads(said)["problems"] == [
        {
            "file": str(file),
            "line": 2,
            "key": "bus.port",
            "value": "70000",
            "allowed": "must be a whole number from 0 to 65535",
        }
    ]


def test_the_default_file_is_printed_as_it_is() -> None:
    assert run("--print-default") == (0, default_text())

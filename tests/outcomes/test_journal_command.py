"""The commands `tidegate journal verify | export | prune`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from outcomes.export import export
from outcomes.snapshots import SnapshotStore
from service.commands.journal import app
from tests.outcomes.journal_rows import change

RUN = CliRunner()


def test_the_verify_command(path: Path) -> None:
    good = RUN.invoke(app, ["verify", str(path)])
    assert (good.exit_code, good.stderr) == (0, "")
    assert "20 records, 1 to 20" in good.stdout
    assert "from 2026-01-01T00:00:00.010+00:00" in good.stdout
    assert "no problems found" in good.stdout
    change(path, "DELETE FROM records WHERE seq = 7")
    bad = RUN.invoke(app, ["verify", str(path)])
    assert bad.exit_code == 1
    assert "record 8: gap: records 7 to 7 are missing" in bad.stdout
    as_json = RUN.invoke(app, ["verify", "--json", str(path)])
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["problems"][0]["seq"] == 8


@pytest.mark.parametrize("command", [["verify"], ["export"], ["prune", "--before-seq", "5"]])
def test_a_missing_journal_gives_exit_code_2(tmp_path: Path, command: list[str]) -> None:
    result = RUN.invoke(app, [*command, str(tmp_path / "none.db")])
    assert result.exit_code == 2
    assert "Error: there is no journal at" in result.stderr
    assert "Give the path" in result.stderr


@pytest.mark.parametrize("command", [["verify"], ["export"], ["prune", "--before-seq", "5"]])
def test_a_file_that_is_no_journal_gives_exit_code_1(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "text.db").write_text("text\n" * 1_000)
    result = RUN.invoke(app, [*command, str(tmp_path / "text.db")])
    assert result.exit_code == 1
    assert "not an SQLite database" in result.stderr


def test_the_export_command(path: Path, tmp_path: Path) -> None:
    result = RUN.invoke(app, ["export", str(path), "--from-seq", "19"])
    assert result.exit_code == 0
    assert [json.loads(line)["seq"] for line in result.stdout.splitlines()] == [19, 20]
    target = tmp_path / "lines.jsonl"
    assert RUN.invoke(app, ["export", str(path), "--output", str(target)]).exit_code == 0
    assert target.read_bytes() == b"".join(export(path))
    unwritable = RUN.invoke(app, ["export", str(path), "--output", str(tmp_path)])
    assert unwritable.exit_code == 2
    assert "Is a directory" in unwritable.stderr


def test_the_prune_command(path: Path, snapshots: SnapshotStore) -> None:
    refused = RUN.invoke(app, ["prune", str(path), "--before-seq", "11"])
    assert refused.exit_code == 2
    assert "a restart needs a snapshot at 10 or later" in refused.stderr
    snapshots.write(20, b"state")
    done = RUN.invoke(app, ["prune", str(path), "--before-seq", "11"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert "10 records removed, all up to 10" in done.stdout
    by_time = RUN.invoke(
        app, ["prune", str(path), "--before", "2026-01-01T02:00:00.150+02:00", "--json"]
    )
    assert json.loads(by_time.stdout) == {"removed": 4, "pruned_seq": 14}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "give one of"),
        (["--before-seq", "5", "--before", "2026-01-31"], "give one of"),
        (["--before", "yesterday"], "is not a time"),
        (["--before-seq", "0"], "for '--before-seq'"),
    ],
)
def test_the_prune_command_explains_its_options(
    path: Path, options: list[str], message: str
) -> None:
    result = RUN.invoke(app, ["prune", str(path), *options])
    assert result.exit_code == 2
    assert message in " ".join(re.sub("[│╭╰─╮╯]", " ", result.stderr).split())

"""The commands `tidegate customers ...`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from customers.keys import KEY_VARIABLE
from customers.sqlite_store import SqliteCustomerStore
from customers.staging import StagedRow
from service.cli import app

GOOD = "customer_id,version,age,phone\nanna,1,41,+8613812345678\nkarl,1,,\n"


class Place:
    """A directory with a store of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "var" / "customers.db"

    def run(self, command: str, *arguments: object, **environ: str) -> tuple[int, str, str]:
        words = ["customers", command, *map(str, arguments), "--store", str(self.store)]
        result = CliRunner().invoke(app, words, env={KEY_VARIABLE: None, **environ})
        return result.exit_code, result.stdout, result.stderr

    def file(self, text: str, name: str = "c.csv") -> Path:
        file = self.folder / name
        file.write_text(text, "utf-8")
        return file


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_import_show_and_forget(place: Place) -> None:
    file = place.file(GOOD)
    code, said, told = place.run("import", file)
    assert code == 0
    assert said == f"{file} (UTF-8): 2 lines: 2 added, 0 changed, 0 unchanged, 0 rejected\n"
    assert "A key for hashing phone numbers was made:" in told
    assert place.run("import", file)[2] == ""
    code, said, _ = place.run("show", "anna")
    assert (code, said) == (0, "version: 1\ncompleteness: partial\nage: 41\n")
    shown = json.loads(place.run("show", "karl", "--json")[1])
    assert (shown["version"], shown["age"], shown["held"]) == ("1", None, None)
    assert place.run("forget", "anna")[:2] == (0, "customer anna is forgotten\n")
    for command in ("show", "forget"):
        assert place.run(command, "anna") == (3, "", "there is no customer anna in the store\n")


def test_rejected_lines_are_reported_beside_the_file(place: Place) -> None:
    file = place.file(GOOD + "bad id,1,,\n")
    code, said, _ = place.run("import", file, "--json")
    report = json.loads(said)
    assert (code, report["added"], report["rejected"]) == (1, 2, 1)
    beside = place.folder / "c.csv.rejected.csv"
    assert report["rejected_file"] == str(beside)
    assert beside.read_text("utf-8").splitlines() == [
        "line,column,value,reason",
        "4,customer_id,bad id,must be 1 to 128 of the characters A-Z a-z 0-9 . _ : @ = ~ -",
    ]
    place.file(GOOD)
    assert place.run("import", file)[0] == 0
    assert beside.read_text("utf-8").splitlines() == ["line,column,value,reason"]


def test_rejected_lines_are_reported_where_told(place: Place) -> None:
    file, wanted = place.file("customer_id\nbad id\n"), place.folder / "wrong.csv"
    code, said, _ = place.run("import", file, "--rejected", wanted)
    assert code == 1
    assert f"rejected lines, each with its reason: {wanted}" in said
    assert wanted.exists()
    assert not (place.folder / "c.csv.rejected.csv").exists()


def test_a_broken_file_leaves_nothing_behind(place: Place) -> None:
    for text in ("customer_id,phoen\na,+41446681800\n", 'customer_id,phone\na,"1\n', ""):
        code, said, told = place.run("import", place.file(text))
        assert (code, said) == (2, "")
        assert told.endswith("Nothing was changed.\n")
    assert place.run("do-not-contact", place.file("name\nanna\n"))[0] == 2
    assert not place.store.parent.exists()


def test_an_interrupted_import_can_be_run_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(store: SqliteCustomerStore, rows: Sequence[StagedRow]) -> None:
        await stage(store, rows)
        raise KeyboardInterrupt

    stage, file = SqliteCustomerStore.stage, place.file(GOOD)
    with monkeypatch.context() as patch:
        patch.setattr(SqliteCustomerStore, "stage", interrupted)
        code, _, told = place.run("import", file)
    assert code == 130
    assert "Interrupted: all of it was done, or nothing" in told
    assert place.run("show", "anna")[0] == 3
    assert "2 added" in place.run("import", file)[1]


def test_do_not_contact(place: Place) -> None:
    place.run("import", place.file(GOOD))
    file = place.file("138 1234 5678\n12\n", "list.txt")
    code, said, _ = place.run("do-not-contact", file, "--country", "CN")
    assert code == 1
    assert "1 added, 0 removed; 1 number on the list, 1 customer marked, 1 rejected" in said
    assert "do_not_contact: true" in place.run("show", "anna")[1]
    code, said, _ = place.run("do-not-contact", place.file("+41446681800\n"), "--replace", "--json")
    report = json.loads(said)
    assert (code, report["removed"], report["customers_marked"]) == (0, 1, 0)
    assert "do_not_contact: false" in place.run("show", "anna")[1]


def test_the_key_may_come_from_the_environment(place: Place) -> None:
    code, _, told = place.run("import", place.file(GOOD), **{KEY_VARIABLE: "k" * 40})
    assert (code, told) == (0, "")
    assert not place.store.with_suffix(".key").exists()
    code, _, told = place.run("do-not-contact", place.file("+41446681800\n"))
    assert code == 2
    assert "the key of the store's phone numbers is missing" in told
    code, _, told = place.run("import", place.file(GOOD), **{KEY_VARIABLE: "x" * 40})
    assert code == 2
    assert "hashed with another key" in told


def test_without_phone_numbers_no_key_is_made(place: Place) -> None:
    assert place.run("import", place.file("customer_id\na\n"))[0] == 0
    assert [one.name for one in place.store.parent.iterdir()] == ["customers.db"]


def test_a_store_that_is_not_there_is_not_made_by_looking(place: Place) -> None:
    code, _, told = place.run("show", "anna")
    assert code == 2
    assert "there is no customer store" in told
    assert not place.store.parent.exists()


def test_an_unknown_country_is_refused(place: Place) -> None:
    code, _, told = place.run("import", place.file(GOOD), "--country", "China")
    assert code == 2
    assert "give a country's two letters" in told

"""Customers from CSV: what is taken, what is rejected and why, and that nothing is half-applied."""

from __future__ import annotations

from pathlib import Path

import pytest

from contacts.customer import Completeness, Consent, CustomerContext, RelationshipStage
from customers.cells import COLUMNS
from customers.csv_file import FileRefused, Rejection, read_csv
from customers.importing import BATCH_LINES, ImportReport, import_customers
from customers.lines import columns_of
from customers.phones import PhoneHasher
from customers.sqlite_store import SqliteCustomerStore

HEADER = "customer_id,version,age,held,opted_out"


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    file = tmp_path / "customers.csv"
    file.write_bytes(text.encode(encoding))
    return file


async def imported(
    store: SqliteCustomerStore, file: Path, hasher: PhoneHasher | None = None
) -> tuple[ImportReport, list[Rejection]]:
    return await import_customers(store, read_csv(file), hasher, "CN", lambda done, total: None)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.rejected


def test_every_field_of_a_customer_has_its_column() -> None:
    fields = set(CustomerContext.__struct_fields__) - {"completeness", "attributes"}
    assert set(COLUMNS) == fields


async def test_a_whole_customer(
    store: SqliteCustomerStore, tmp_path: Path, hasher: PhoneHasher
) -> None:
    file = written(
        tmp_path,
        "customer_id,version,household_id,segment,grade,tier,stage,age,region,language,held,"
        "opted_out,do_not_contact,vulnerable,open_complaints,consents,phone,attributes.flights,"
        "attributes.city\n"
        "anna,7,h1,gold,4,A,Grow,41,上海,zh,card; account,no,NO,false,0,"
        "*|given|2026-01-31|voice|w3;cards|withdrawn|2026-02-01T10:00+08:00|web|w4|2027-01-01,"
        "13812345678;+41446681800,2.5,Bern\n",
    )
    report, rejections = await imported(store, file, hasher)
    assert (counts(report), rejections) == ((1, 0, 0, 0), [])
    assert await store.get("anna") == CustomerContext(
        version="7",
        completeness=Completeness.COMPLETE,
        household_id="h1",
        segment="gold",
        grade=4,
        tier="A",
        stage=RelationshipStage.GROW,
        age=41,
        region="上海",
        language="zh",
        held=("card", "account"),
        attributes={"flights": 2.5, "city": "Bern"},
        opted_out=False,
        do_not_contact=False,
        vulnerable=False,
        open_complaints=0,
        consents=(
            Consent(purpose="*", given=True, at_ms=1_769_817_600_000, how="voice", wording="w3"),
            Consent(
                purpose="cards",
                given=False,
                at_ms=1_769_911_200_000,
                how="web",
                wording="w4",
                until_ms=1_798_761_600_000,
            ),
        ),
    )


async def test_an_empty_cell_is_unknown_and_a_dash_is_none(
    store: SqliteCustomerStore, tmp_path: Path
) -> None:
    await imported(store, written(tmp_path, f"{HEADER}\na,1,,,\nb,1,0,-,no\n"))
    unknown, known = await store.get("a"), await store.get("b")
    assert unknown is not None
    assert (unknown.age, unknown.held, unknown.opted_out) == (None, None, None)
    assert unknown.completeness is Completeness.PARTIAL
    assert known is not None
    assert (known.age, known.held, known.opted_out) == (0, (), False)


@pytest.mark.parametrize(
    ("line", "column", "value", "reason"),
    [
        ("a b,1,,,", "customer_id", "a b", "must be 1 to 128 of the characters"),
        (",1,,,", "customer_id", "", "is missing"),
        ("a,1,old,,", "age", "old", "must be a whole number from 0 to 150"),
        ("a,1,1.5,,", "age", "1.5", "must be a whole number from 0 to 150"),
        ("a,1,-1,,", "age", "-1", "must be a whole number from 0 to 150"),
        ("a,1,١٢,,", "age", "١٢", "must be a whole number from 0 to 150"),
        ("a,1,,x y,", "held", "x y", "must be 1 to 128 of the characters"),
        ("a,1,,,maybe", "opted_out", "maybe", "must be yes or no"),
        ("a,1,,", "", "", "has 4 cells, the first line has 5"),
        (f"a,{'v' * 129},,,", "version", "v" * 129, "must be at most 128 characters"),
        ("good,2,,,", "customer_id", "good", "is given before, on line 2"),
    ],
)
async def test_a_bad_line_is_rejected_alone(
    store: SqliteCustomerStore, tmp_path: Path, line: str, column: str, value: str, reason: str
) -> None:
    file = written(tmp_path, f"{HEADER}\ngood,1,30,,\n\n{line}\nlast,1,,,\n")
    report, (rejection,) = await imported(store, file)
    assert counts(report) == (2, 0, 0, 1)
    assert rejection[:3] == (4, column, value)
    assert reason in rejection.reason
    assert await store.get("good") is not None
    assert await store.get("last") is not None
    assert await store.get("a") is None


async def test_everything_wrong_with_a_line_is_told(
    store: SqliteCustomerStore, tmp_path: Path, hasher: PhoneHasher
) -> None:
    file = written(
        tmp_path, "customer_id,stage,language,phone,consents\na,new,English,12,yes|given\n"
    )
    report, rejections = await imported(store, file, hasher)
    assert report.rejected == 1
    assert {one.column: one.reason.split(",")[0] for one in rejections} == {
        "stage": "must be one of establish",
        "language": "must be a language tag",
        "phone": "12 is no phone number of its country: too short or too long",
        "consents": "must be consents with ; between them",
    }


async def test_importing_again_changes_nothing(store: SqliteCustomerStore, tmp_path: Path) -> None:
    file = written(tmp_path, f"{HEADER}\na,1,30,,\nb,1,31,,\n")
    assert counts((await imported(store, file))[0]) == (2, 0, 0, 0)
    assert counts((await imported(store, file))[0]) == (0, 0, 2, 0)
    newer = written(tmp_path, f"{HEADER}\na,2,31,,\nb,1,31,,\nc,1,,,\n")
    assert counts((await imported(store, newer))[0]) == (1, 1, 1, 0)


async def test_without_versions_changed_content_is_seen(
    store: SqliteCustomerStore, tmp_path: Path
) -> None:
    await imported(store, written(tmp_path, "customer_id,age\na,30\nb,31\n"))
    again, _ = await imported(store, written(tmp_path, "customer_id,age\na,30\nb,32\n"))
    assert counts(again) == (0, 1, 1, 0)


async def test_other_content_under_the_same_version_is_rejected(
    store: SqliteCustomerStore, tmp_path: Path
) -> None:
    await imported(store, written(tmp_path, f"{HEADER}\na,1,30,,\n"))
    report, (rejection,) = await imported(store, written(tmp_path, f"{HEADER}\nb,1,,,\na,1,31,,\n"))
    assert counts(report) == (1, 0, 0, 1)
    assert rejection[:3] == (3, "version", "1")
    kept = await store.get("a")
    assert kept is not None
    assert kept.age == 30


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("name,age\nanna,3\n", "there is no column 'name'"),
        ("customer_id,aeg\na,3\n", 'Rename it or take it out .did you mean "age"'),
        ("customer_id,age,age\na,3,3\n", "column 'age' is given twice"),
        ("age,tier\n3,A\n", "there is no column customer_id"),
        ("customer_id,attributes.\na,3\n", "there is no column 'attributes.'"),
        ('customer_id,tier\na,"A\nb,B\n', ":2: not valid CSV: unexpected end of data"),
        ('customer_id,tier\na,A\nb,"B"x\n', ":3: not valid CSV: "),
    ],
)
def test_a_broken_file_is_refused_before_anything_is_stored(
    tmp_path: Path, text: str, why: str
) -> None:
    with pytest.raises(FileRefused, match=why) as caught:
        columns_of(read_csv(written(tmp_path, text)))
    assert str(caught.value).endswith("Nothing was changed.")


def test_a_file_broken_at_its_end_is_refused_whole(tmp_path: Path) -> None:
    lines = "".join(f"c{i},1,,,\n" for i in range(2 * BATCH_LINES))
    with pytest.raises(FileRefused, match=f":{2 * BATCH_LINES + 2}: not valid CSV"):
        read_csv(written(tmp_path, f'{HEADER}\n{lines}"c,1,,,\n'))


async def test_what_fails_on_the_way_leaves_the_store_as_it_was(
    store: SqliteCustomerStore, tmp_path: Path
) -> None:
    """Stopped after the first of three batches, none of which may be seen; then done in full."""
    lines = "".join(f"c{i},1,,,\n" for i in range(3 * BATCH_LINES))
    file = read_csv(written(tmp_path, f"{HEADER}\n{lines}"))

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await import_customers(store, file, None, None, stop)
    assert await store.get("c0") is None
    told: list[tuple[int, int]] = []
    report, _ = await import_customers(
        store, file, None, None, lambda done, total: told.append((done, total))
    )
    assert counts(report) == (3 * BATCH_LINES, 0, 0, 0)
    assert [done for done, _ in told] == [BATCH_LINES * n + 1 for n in (1, 2, 3)]
    assert {total for _, total in told} == {3 * BATCH_LINES + 1}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "name", "is_guessed"),
    [
        ("utf-8", "utf-8", False),
        ("utf-8-sig", "utf-8-sig", False),
        ("utf-16", "utf-16", False),
        ("gb18030", "gb18030", True),
    ],
)
async def test_encodings_and_separators(
    store: SqliteCustomerStore,
    tmp_path: Path,
    separator: str,
    encoding: str,
    name: str,
    is_guessed: bool,
) -> None:
    rows = [["customer_id", "region", "tier"], ["a", "上海市", "金卡客户"], ["b", "北京", ""]]
    text = "".join(f"{separator.join(row)}\r\n" for row in rows)
    report, rejections = await imported(store, written(tmp_path, text, encoding))
    assert rejections == []
    assert (report.encoding, report.encoding_guessed) == (name, is_guessed)
    found = await store.get("a")
    assert found is not None
    assert (found.region, found.tier) == ("上海市", "金卡客户")


async def test_western_text(store: SqliteCustomerStore, tmp_path: Path) -> None:
    text = "customer_id,region\na,Zürich\nb,Genève\nc,São Paulo\n"
    report, _ = await imported(store, written(tmp_path, text, "latin-1"))
    found = await store.get("c")
    assert (report.encoding, found and found.region) == ("cp1252", "São Paulo")


def test_an_encoding_that_was_said_is_taken_or_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "customer_id,region\na,上海\n", "gb18030")
    assert not read_csv(file, "gb18030").is_guessed
    with pytest.raises(FileRefused, match=":2: not text in UTF-8"):
        read_csv(file, "utf-8")
    with pytest.raises(FileRefused, match="there is no encoding 'utf8ish'"):
        read_csv(file, "utf8ish")
    with pytest.raises(FileRefused, match="cannot be read: No such file"):
        read_csv(tmp_path / "gone.csv")

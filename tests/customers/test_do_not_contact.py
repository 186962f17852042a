"""Do-not-contact lists: customers are marked by their numbers, whichever came first."""

from __future__ import annotations

from pathlib import Path

import pytest

from contacts.customer import CustomerContext
from customers.csv_file import FileRefused, Rejection, read_csv
from customers.do_not_contact import ListReport, import_list
from customers.phones import PhoneHasher
from customers.sqlite_store import SqliteCustomerStore

ANNA, KARL = "+8613812345678", "+41446681800"


async def listed(
    store: SqliteCustomerStore,
    hasher: PhoneHasher,
    tmp_path: Path,
    text: str,
    *,
    replace: bool = False,
) -> tuple[ListReport, list[Rejection]]:
    file = tmp_path / "list.csv"
    file.write_text(text, "utf-8")
    return await import_list(
        store, read_csv(file), hasher, "CN", lambda done, total: None, replace=replace
    )


async def add(
    store: SqliteCustomerStore, hasher: PhoneHasher, name: str, *phones: str, version: str = "1"
) -> None:
    customer = CustomerContext(version=version)
    await store.put(name, customer, frozenset(hasher.hash(one) for one in phones))


async def marks(store: SqliteCustomerStore, *names: str) -> list[bool | None]:
    found = [await store.get(name) for name in names]
    return [None if one is None else one.do_not_contact for one in found]


async def test_customers_are_marked_by_any_of_their_numbers(
    store: SqliteCustomerStore, hasher: PhoneHasher, tmp_path: Path
) -> None:
    await add(store, hasher, "anna", "+862158888888", ANNA)
    await add(store, hasher, "karl", KARL)
    await add(store, hasher, "nobody")
    assert await marks(store, "anna", "karl", "nobody") == [None, None, None]
    report, rejections = await listed(store, hasher, tmp_path, "138 1234 5678\n+1 202 555 0100\n")
    assert rejections == []
    assert (report.added, report.on_list, report.customers_marked) == (2, 2, 1)
    assert await marks(store, "anna", "karl", "nobody") == [True, False, None]


async def test_customers_who_come_after_the_list_are_marked_too(
    store: SqliteCustomerStore, hasher: PhoneHasher, tmp_path: Path
) -> None:
    await listed(store, hasher, tmp_path, f"{ANNA}\n")
    await add(store, hasher, "anna", ANNA)
    assert await marks(store, "anna") == [True]
    await add(store, hasher, "anna", KARL, version="2")
    assert await marks(store, "anna") == [False]


async def test_the_list_goes_before_what_was_imported(
    store: SqliteCustomerStore, hasher: PhoneHasher, tmp_path: Path
) -> None:
    phones = frozenset({hasher.hash(ANNA)})
    await store.put("said_no", CustomerContext(version="1", do_not_contact=False), phones)
    await store.put("said_yes", CustomerContext(version="1", do_not_contact=True))
    await listed(store, hasher, tmp_path, f"{ANNA}\n")
    assert await marks(store, "said_no", "said_yes") == [True, True]


async def test_lists_add_up_unless_one_replaces_them(
    store: SqliteCustomerStore, hasher: PhoneHasher, tmp_path: Path
) -> None:
    await add(store, hasher, "anna", ANNA)
    await add(store, hasher, "karl", KARL)
    await listed(store, hasher, tmp_path, f"{ANNA}\n")
    again, _ = await listed(store, hasher, tmp_path, f"{ANNA}\n{ANNA}\n{KARL}\n")
    assert (again.added, again.on_list, again.customers_marked) == (1, 2, 2)
    last, _ = await listed(store, hasher, tmp_path, f"{KARL}\n", replace=True)
    assert (last.added, last.removed, last.on_list) == (0, 1, 1)
    assert await marks(store, "anna", "karl") == [False, True]


async def test_a_list_of_rubbish_does_not_replace_one(
    store: SqliteCustomerStore, hasher: PhoneHasher, tmp_path: Path
) -> None:
    await add(store, hasher, "anna", ANNA)
    await listed(store, hasher, tmp_path, f"{ANNA}\n")
    with pytest.raises(FileRefused, match="has no phone number that can be read"):
        await listed(store, hasher, tmp_path, "phone\nn/a\n", replace=True)
    assert await marks(store, "anna") == [True]


async def test_bad_numbers_are_reported_and_the_others_taken(
    store: SqliteCustomerStore, hasher: PhoneHasher, tmp_path: Path
) -> None:
    text = f"name,Phone,since\nAnna,{ANNA},2020\nx,12,\ny,,\nz\n\nKarl,{KARL},\n"
    report, rejections = await listed(store, hasher, tmp_path, text)
    assert (report.lines, report.added, report.rejected) == (5, 2, 3)
    assert [(one.line, one.value) for one in rejections] == [(3, "12"), (4, ""), (5, "")]
    assert rejections[1].reason == "is missing"


@pytest.mark.parametrize("text", ["name,city\nAnna,Bern\n", "hello\nworld\n"])
async def test_a_file_without_a_column_of_numbers_is_refused(
    store: SqliteCustomerStore, hasher: PhoneHasher, tmp_path: Path, text: str
) -> None:
    with pytest.raises(FileRefused, match="no column has phone numbers by its name"):
        await listed(store, hasher, tmp_path, text)


async def test_numbers_are_in_no_file(
    store: SqliteCustomerStore, hasher: PhoneHasher, path: Path, tmp_path: Path
) -> None:
    await add(store, hasher, "anna", ANNA)
    await listed(store, hasher, tmp_path, f"{ANNA}\n")
    (tmp_path / "list.csv").unlink()
    assert hasher.hash(ANNA) in b"".join(one.read_bytes() for one in tmp_path.iterdir())
    for file in path.parent.iterdir():
        assert b"13812345678" not in file.read_bytes()

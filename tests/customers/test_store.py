"""The customer store, in a real SQLite file."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.customer import Completeness, Consent, CustomerContext, RelationshipStage
from customers.phones import PhoneHasher
from customers.records import customer_of, row_of
from customers.schema import APPLICATION_ID
from customers.sqlite_store import SqliteCustomerStore, store_path_beside
from customers.store import Change, CustomerStoreError, completeness_of

ANNA = CustomerContext(
    version="7",
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
    vulnerable=False,
    open_complaints=0,
    consents=(Consent(purpose="*", given=True, at_ms=5, how="voice", wording="w1"),),
)
texts = st.none() | st.text(min_size=1, max_size=5)
anybody = st.builds(
    CustomerContext,
    version=st.text(max_size=3),
    completeness=st.sampled_from(Completeness),
    household_id=texts,
    segment=texts,
    grade=st.none() | st.integers(-(2**40), 2**40),
    stage=st.none() | st.sampled_from(RelationshipStage),
    held=st.none() | st.lists(st.text(max_size=3)).map(tuple),
    attributes=st.dictionaries(
        st.text(max_size=3), st.text(max_size=3) | st.floats(allow_nan=False, allow_infinity=False)
    ),
    opted_out=st.none() | st.booleans(),
)


async def test_what_is_put_is_got(store: SqliteCustomerStore) -> None:
    assert await store.get("anna") is None
    assert await store.put("anna", ANNA) is Change.ADDED
    assert await store.get("anna") == ANNA


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(anybody)
def test_any_customer_survives_the_row(customer: CustomerContext) -> None:
    row = row_of("c", customer, frozenset())
    back = customer_of(row.body)
    assert msgspec.structs.replace(back, version=customer.version) == customer
    assert back.version == (customer.version or row.checksum[:16]) == row.version


async def test_the_same_version_again_changes_nothing(store: SqliteCustomerStore) -> None:
    await store.put("anna", ANNA)
    assert await store.put("anna", ANNA) is Change.UNCHANGED
    newer = msgspec.structs.replace(ANNA, version="8", grade=5)
    assert await store.put("anna", newer) is Change.CHANGED
    assert await store.get("anna") == newer


async def test_a_version_names_one_state(store: SqliteCustomerStore) -> None:
    await store.put("anna", ANNA)
    with pytest.raises(CustomerStoreError, match="version '7' of customer anna is stored with"):
        await store.put("anna", msgspec.structs.replace(ANNA, grade=5))
    assert await store.get("anna") == ANNA


async def test_without_a_version_the_content_makes_one(store: SqliteCustomerStore) -> None:
    nameless = msgspec.structs.replace(ANNA, version="")
    assert await store.put("anna", nameless) is Change.ADDED
    assert await store.put("anna", nameless) is Change.UNCHANGED
    first = await store.get("anna")
    assert await store.put("anna", msgspec.structs.replace(nameless, grade=5)) is Change.CHANGED
    second = await store.get("anna")
    assert first is not None
    assert second is not None
    assert first.version != second.version != ""


async def test_members_of_a_household(store: SqliteCustomerStore) -> None:
    for name in ("zoe", "anna"):
        await store.put(name, ANNA)
    await store.put("karl", msgspec.structs.replace(ANNA, household_id=None))
    await store.put("lena", msgspec.structs.replace(ANNA, household_id="h2"))
    assert await store.household_members("h1") == ("anna", "zoe")
    assert await store.household_members("none") == ()
    await store.put("zoe", msgspec.structs.replace(ANNA, version="8", household_id="h2"))
    assert await store.household_members("h1") == ("anna",)


async def test_what_is_forgotten_is_in_no_file(
    store: SqliteCustomerStore, path: Path, hasher: PhoneHasher
) -> None:
    secret = msgspec.structs.replace(ANNA, region="Xanadu-on-Sea")
    phone = hasher.hash("+8613812345678")
    await store.put("anna", secret, frozenset({phone}))

    def found() -> list[str]:
        files = [one.read_bytes() for one in path.parent.iterdir()]
        words = {"text": b"Xanadu-on-Sea", "phone": phone}
        return [name for name, word in words.items() if any(word in raw for raw in files)]

    assert found() == ["text", "phone"]
    assert await store.forget("anna") is True
    assert await store.get("anna") is None
    assert found() == []
    assert await store.forget("anna") is False


async def test_a_copy_that_cannot_be_erased_yet_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.sqlite_store.BUSY_TIMEOUT_MS", 20)
    store = await SqliteCustomerStore.open(path)
    await store.put("anna", ANNA)
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM customers").fetchall()
    with pytest.raises(CustomerStoreError, match="a copy may still stand in the store's write"):
        await store.forget("anna")
    assert await store.get("anna") is None
    reader.close()
    assert await store.forget("anna") is False
    await store.close()


async def test_it_is_there_after_reopening(path: Path) -> None:
    for expected in (Change.ADDED, Change.UNCHANGED):
        store = await SqliteCustomerStore.open(path)
        assert await store.put("anna", ANNA) is expected
        await store.close()


async def test_puts_at_the_same_time_do_not_mix(store: SqliteCustomerStore) -> None:
    done = await asyncio.gather(*(store.put(f"c{i % 10}", ANNA) for i in range(40)))
    assert sorted(done).count(Change.ADDED) == 10
    assert sorted(done).count(Change.UNCHANGED) == 30


async def test_another_programs_database_is_refused(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.commit()
    connection.close()
    with pytest.raises(CustomerStoreError, match="not a customer store"):
        await SqliteCustomerStore.open(path)


async def test_a_newer_stores_schema_is_refused(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 99")
    connection.execute("CREATE TABLE customers (x)")
    connection.commit()
    connection.close()
    with pytest.raises(CustomerStoreError, match="has schema version 99"):
        await SqliteCustomerStore.open(path)


async def test_what_is_no_database_is_said(path: Path) -> None:
    path.write_bytes(b"customer_id,version\n" * 100)
    with pytest.raises(CustomerStoreError, match=r"not a database.*Keep a copy"):
        await SqliteCustomerStore.open(path)


async def test_another_key_is_refused(store: SqliteCustomerStore, hasher: PhoneHasher) -> None:
    assert not await store.has_key()
    await store.claim_key(hasher)
    await store.claim_key(hasher)
    assert await store.has_key()
    with pytest.raises(CustomerStoreError, match="hashed with another key"):
        await store.claim_key(PhoneHasher(b"x"))


def test_complete_means_that_everything_asked_for_is_known() -> None:
    assert completeness_of(ANNA) is Completeness.COMPLETE
    for name in ("age", "held", "opted_out", "consents"):
        less = msgspec.structs.replace(ANNA, **{name: None})
        assert completeness_of(less) is Completeness.PARTIAL


def test_the_store_lies_beside_the_journal() -> None:
    assert store_path_beside(Path("var/journal.db")) == Path("var/customers.db")

"""A customer store in a file, and files to import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from customers.phones import PhoneHasher
from customers.sqlite_store import SqliteCustomerStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "customers.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteCustomerStore]:
    opened = await SqliteCustomerStore.open(path)
    yield opened
    await opened.close()


@pytest.fixture
def hasher() -> PhoneHasher:
    return PhoneHasher(b"a key that is only for these tests")

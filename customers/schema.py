"""The tables of the customer store, and how an older file is brought up to date."""

from __future__ import annotations

import sqlite3

from customers.store import CustomerStoreError
from outcomes.migrations import Migration, is_empty, pragma, run_pending

APPLICATION_ID = 0x54494355
"""`PRAGMA application_id` of a customer store ("TICU"): tells it from other SQLite files."""

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        1,
        (
            f"PRAGMA application_id = {APPLICATION_ID}",
            """
            CREATE TABLE customers (
                customer_id TEXT PRIMARY KEY,
                version TEXT NOT NULL,     -- names this state of the record
                household_id TEXT,
                body TEXT NOT NULL,        -- JSON of contacts.customer.CustomerContext
                checksum TEXT NOT NULL,    -- of body and phones: tells whether they changed
                stored_at_ms INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE phones (          -- numbers themselves are never stored
                customer_id TEXT NOT NULL,
                phone BLOB NOT NULL,       -- keyed hash of the number in E.164
                PRIMARY KEY (customer_id, phone)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE do_not_contact (  -- the list, also of numbers nobody here has yet
                phone BLOB PRIMARY KEY,    -- keyed hash of the number in E.164
                listed_at_ms INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE meta (            -- always exactly one row
                id INTEGER PRIMARY KEY CHECK (id = 1),
                key_check BLOB,            -- recognises the key of the hashes
                has_list INTEGER NOT NULL  -- 1 once a do-not-contact list was imported
            ) STRICT
            """,
            "INSERT INTO meta VALUES (1, NULL, 0)",
            "CREATE INDEX customers_by_household ON customers (household_id)"
            " WHERE household_id IS NOT NULL",
            "CREATE INDEX phones_by_phone ON phones (phone)",
        ),
    ),
)


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Bring the store's tables to the newest version. The caller holds a transaction.

    Raises `CustomerStoreError` if the file is another program's, or of a newer version.
    """
    version, newest = pragma(connection, "user_version"), MIGRATIONS[-1].version
    if pragma(connection, "application_id") != APPLICATION_ID and not is_empty(connection):
        raise CustomerStoreError(
            "the file is an SQLite database, but not a customer store",
            "Give the path of a customer store, or of a file that does not exist yet",
        )
    if version > newest:
        raise CustomerStoreError(
            f"the customer store has schema version {version}, and this program knows up to"
            f" {newest}",
            "Run the version of Tidegate that wrote it, or a newer one",
        )
    run_pending(connection, MIGRATIONS, version)

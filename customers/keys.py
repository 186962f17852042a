"""The key that a store's phone numbers are hashed with: from the environment, or a file."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from customers.phones import PhoneHasher
from customers.sqlite_store import SqliteCustomerStore
from customers.store import CustomerStoreError

KEY_VARIABLE = "TIDEGATE_CUSTOMERS_KEY"
LEAST_KEY_CHARACTERS = 32


async def hasher_of(
    store: SqliteCustomerStore, environ: Mapping[str, str], file: Path
) -> tuple[PhoneHasher, bool]:
    """Return the store's hasher, and whether a new key was written to `file` for it.

    The key is that of `KEY_VARIABLE`, else of `file`; one is made only for a store without hashes.
    Raises `CustomerStoreError` if it is missing, unreadable, too short or another store's.
    """
    key = read_key(environ, file)
    is_new = key is None
    if key is None:
        if await store.has_key():
            raise CustomerStoreError(
                f"the key of the store's phone numbers is missing: there is no file {file} and no"
                f" {KEY_VARIABLE} in the environment",
                "Restore it; without it, import customers and lists into a new store",
            )
        key = create_key(file)
    hasher = PhoneHasher(key)
    await store.claim_key(hasher)
    return hasher, is_new


def read_key(environ: Mapping[str, str], file: Path) -> bytes | None:
    """Return the key from the variable or the file; None if there is neither.

    Raises `CustomerStoreError` if it is too short or cannot be read.
    """
    text, where = environ.get(KEY_VARIABLE), KEY_VARIABLE
    if text is None:
        where = str(file)
        try:
            text = file.read_text("ascii")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise CustomerStoreError(
                f"the key of the phone numbers in {file} cannot be read: {error}",
                "Make it a readable file of ASCII text",
            ) from error
    key = text.strip()
    if len(key) < LEAST_KEY_CHARACTERS:
        raise CustomerStoreError(
            f"the key of the phone numbers in {where} has {len(key)} characters",
            f"Give at least {LEAST_KEY_CHARACTERS}",
        )
    return key.encode()


def create_key(file: Path) -> bytes:
    """Write a new random key to a file that only its owner can read, and return it."""
    key = secrets.token_hex(32)
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(f"{key}\n", "ascii")
    except OSError as error:
        raise CustomerStoreError(
            f"no key for the phone numbers could be written to {file}: {error.strerror}",
            f"Make its directory writable, or set {KEY_VARIABLE}",
        ) from error
    return key.encode()

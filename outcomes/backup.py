"""Copies of an engine's files, made while it runs, and put back.

A copy is a directory: the databases, the snapshots and `backup.json`, which says what they are.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import msgspec

from outcomes.file_lock import FileLock
from outcomes.journal import JournalUnavailable
from outcomes.journal_reader import check_exists
from outcomes.snapshots import sync_to_disk
from outcomes.sqlite_connection import database_uri, explained
from outcomes.store import store_path_beside
from outcomes.verify import verify

MANIFEST = "backup.json"
FORMAT_VERSION = 1
JOURNAL = "journal.db"
SNAPSHOTS = "snapshots"
EPOCHS_SKIPPED = 1_000
"""A restored journal goes on with an epoch so much higher: receivers remember the highest they
have heard, and ignore lower ones. An engine is started less often between two backups. Ids of
decisions are made of record numbers, which do go back: clients have to be restarted."""

Progress = Callable[[int, int], None]
"""Told (files done, files in all)."""


class BackupError(JournalUnavailable):
    """The journal cannot be copied there, or put back from there."""


class CopiedFile(msgspec.Struct, frozen=True):
    """One file of a copy: its path inside, its length and its SHA-256 as hexadecimal digits."""

    path: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a copy holds: the journal's last record and epoch, and every file."""

    format: int
    version: str
    made_at_ms: int
    seq: int
    epoch: int
    files: list[CopiedFile]


def back_up(
    journal: Path,
    to: Path,
    version: str,
    now_ms: int,
    progress: Progress = lambda done, total: None,
) -> Manifest:
    """Copy the journal, its snapshots and the databases beside it to the new directory `to`.

    The engine may be running. The journal is copied last, so that nothing in the copy is ahead of
    it, and the copy is verified; a copy that is not whole never has the name `to`. Raises
    `BackupError`, or `JournalError` if a database cannot be read.
    """
    check_exists(journal)
    if to.exists():
        raise BackupError(f"{to} is there already", "Give a directory that is not there yet")
    unfinished = to.with_name(f"{to.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(parents=True, mode=0o700)
        _copy_snapshots(journal, unfinished)
        databases = [*_beside(journal), journal]
        for done, path in enumerate(databases, 1):
            _copy_database(path, unfinished / (JOURNAL if path == journal else path.name))
            progress(done, len(databases))
        manifest = _manifest(unfinished, version, now_ms)
        (unfinished / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        _sync(unfinished, _files(unfinished))
        unfinished.rename(to)
    except OSError as error:
        remedy = "Give a directory that may be written to, on a disk with space"
        raise BackupError(f"{to} cannot be written ({error})", remedy) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def restore(copy: Path, journal: Path, is_replacing: bool = False) -> Manifest:
    """Put a copy back to where `journal` lies; its epoch then goes on `EPOCHS_SKIPPED` higher.

    Everything is checked before anything is changed. With `is_replacing` what lies there is moved
    into a directory beside it, never deleted. Raises `BackupError`, or `JournalUnavailable` while
    an engine has the journal.
    """
    manifest = _checked(copy)
    target = journal.parent
    target.mkdir(parents=True, exist_ok=True)
    lock = FileLock.acquire(journal)
    try:
        _make_room(journal, manifest, is_replacing)
        placed = {one.path: target / one.path for one in manifest.files} | {JOURNAL: journal}
        for name, path in placed.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(copy / name, path)
        with explained(journal), closing(sqlite3.connect(journal)) as raw, raw:
            raw.execute("UPDATE journal SET epoch = epoch + ?", (EPOCHS_SKIPPED,))
        _sync(target, placed.values())
    except OSError as error:
        remedy = "Mend that and restore again with --replace"
        raise BackupError(f"{target} cannot be written ({error})", remedy) from error
    finally:
        lock.release()
    return manifest


def _beside(journal: Path) -> list[Path]:
    return sorted(path for path in journal.parent.glob("*.db") if path != journal)


def _copy_snapshots(journal: Path, to: Path) -> None:
    """Copy the snapshots; one that the engine removes meanwhile has a newer one."""
    (to / SNAPSHOTS).mkdir()
    for path in sorted(journal.with_name(SNAPSHOTS).glob("*.snapshot"), reverse=True):
        if path.exists():
            shutil.copyfile(path, to / SNAPSHOTS / path.name)


def _copy_database(path: Path, to: Path) -> None:
    """Copy a database in one read transaction, which neither waits for a writer nor stops one."""
    with (
        explained(path),
        closing(sqlite3.connect(database_uri(path, "ro"), uri=True)) as source,
        closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, whose checksum can be taken


def _manifest(directory: Path, version: str, now_ms: int) -> Manifest:
    report = verify(directory / JOURNAL)
    if report.problems_total:
        first = report.problems[0]
        raise BackupError(
            f"the journal is damaged at record {first.seq} ({first.detail})",
            "Run `tidegate journal verify` and restore an earlier backup",
        )
    with closing(sqlite3.connect(directory / JOURNAL)) as raw:
        (epoch,) = raw.execute("SELECT epoch FROM journal").fetchone()
    files = [_described(directory, path) for path in _files(directory)]
    return Manifest(FORMAT_VERSION, version, now_ms, report.last_seq or 0, epoch, files)


def _files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


def _described(directory: Path, path: Path) -> CopiedFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return CopiedFile(path.relative_to(directory).as_posix(), path.stat().st_size, digest)


def _checked(copy: Path) -> Manifest:
    """Return the manifest of a copy whose files are as they were written."""
    try:
        manifest = msgspec.json.decode((copy / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        remedy = "Give a directory that `tidegate backup` has made"
        raise BackupError(f"{copy} is no whole backup ({error})", remedy) from error
    if manifest.format != FORMAT_VERSION:
        raise BackupError(
            f"{copy} has format {manifest.format}, this program reads {FORMAT_VERSION}",
            f"Restore it with Tidegate {manifest.version}",
        )
    for one in manifest.files:
        inside = Path(one.path)
        if inside.is_absolute() or ".." in inside.parts:
            raise BackupError(f"{copy} names a file outside of it: {one.path}", "Do not use it")
        path = copy / one.path
        if not path.is_file() or _described(copy, path) != one:
            remedy = "Take another backup; this one is damaged"
            raise BackupError(f"{path} is not as it was written", remedy)
    return manifest


def _make_room(journal: Path, manifest: Manifest, is_replacing: bool) -> None:
    names = [journal.name if one.path == JOURNAL else one.path for one in manifest.files]
    roots = {Path(name).parts[0] for name in names} | {
        SNAPSHOTS,
        "figures",
        store_path_beside(journal).name,
    }
    roots |= {f"{name}{end}" for name in roots for end in ("-wal", "-shm")}
    there = [path for name in sorted(roots) if (path := journal.parent / name).exists()]
    if not there:
        return
    if not is_replacing:
        raise BackupError(
            f"{there[0]} is there already",
            "Restore to another place, or with --replace, which moves what is there aside",
        )
    number = 1
    while (aside := journal.parent / f"before-restore-{number}").exists():
        number += 1
    aside.mkdir(mode=0o700)
    for path in there:
        path.rename(aside / path.name)


def _sync(directory: Path, files: Iterable[Path]) -> None:
    """Make files of a directory durable, and the directory's entries."""
    for path in (*files, directory):
        sync_to_disk(path)

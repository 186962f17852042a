"""Snapshots of live state on the disk, so that a restart does not grow with history.

A file is one header line, then the payload. The checksum covers the header's figures and the
payload, so that a file cut short or changed anywhere is never taken for a snapshot:

    tidegate-snapshot <format version> <seq> <payload length> <CRC-32 as 8 hex digits>
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import NamedTuple

import structlog

FORMAT_VERSION = 1
KEPT = 2
"""How many snapshots stay: the newest, and one more should it turn out damaged."""

_MAGIC = b"tidegate-snapshot"
_SUFFIX = ".snapshot"

log = structlog.get_logger(__name__)


class Snapshot(NamedTuple):
    """Live state after journal record `seq`."""

    seq: int
    payload: bytes


class SnapshotDamaged(Exception):  # noqa: N818 - a state of the file
    """The file is not a whole snapshot; the message says in what way."""


class SnapshotStore:
    """The snapshots in one directory. One writer; readers may be other processes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def write(self, seq: int, payload: bytes) -> Path:
        """Store the state after record `seq` durably and atomically; return its path.

        Older ones beyond the newest two are removed. Raises `OSError`, leaving what was there.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / file_name(seq)
        unfinished = path.with_suffix(".unfinished")
        with unfinished.open("wb") as file:
            file.write(encode_snapshot(seq, payload))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_to_disk(self.directory)
        self._remove_old(path)
        return path

    def latest(self, head: int | None = None) -> Snapshot | None:
        """Return the newest whole snapshot, not ahead of record `head` if that is given.

        Those that are damaged or ahead are passed over with a warning.
        """
        for path in self._newest_first():
            try:
                snapshot = parse_snapshot(self._content(path))
            except (SnapshotDamaged, OSError) as error:
                log.warning("snapshot_skipped", path=str(path), reason=str(error))
                continue
            if head is None or snapshot.seq <= head:
                return snapshot
            log.warning("snapshot_ahead_of_journal", snapshot=snapshot.seq, head=head)
        return None

    def _newest_first(self) -> list[Path]:
        return sorted(self.directory.glob(f"*{_SUFFIX}"), reverse=True)

    def _content(self, path: Path) -> bytes:
        return path.read_bytes()

    def _remove_old(self, written: Path) -> None:
        others = sorted(set(self.directory.glob(f"*{_SUFFIX}")) - {written}, reverse=True)
        for path in [*others[KEPT - 1 :], *self.directory.glob("*.unfinished")]:
            path.unlink(missing_ok=True)


def sync_to_disk(path: Path) -> None:
    """Make a file's content durable, or a directory's entries. Raises `OSError`."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_name(seq: int) -> str:
    """Return the name of the file with the snapshot after record `seq`."""
    return f"{seq:020d}{_SUFFIX}"


def encode_snapshot(seq: int, payload: bytes) -> bytes:
    """Return what stands in the file of a snapshot after record `seq`."""
    return _header(seq, payload) + payload


def parse_snapshot(content: bytes) -> Snapshot:
    """Return the snapshot that a file holds. Raises `SnapshotDamaged`."""
    header, newline, payload = content.partition(b"\n")
    fields = header.split(b" ")
    if not newline or len(fields) != 5 or fields[0] != _MAGIC:
        raise SnapshotDamaged("its first line is not a snapshot's header")
    if fields[1] != b"%d" % FORMAT_VERSION:
        raise SnapshotDamaged(
            f"it has format {fields[1].decode(errors='replace')}, this program reads "
            f"{FORMAT_VERSION}"
        )
    if fields[3] != b"%d" % len(payload):
        raise SnapshotDamaged(
            f"its payload has {len(payload)} bytes, its header says "
            f"{fields[3].decode(errors='replace')}"
        )
    if not fields[2].isdigit() or header + newline != _header(int(fields[2]), payload):
        raise SnapshotDamaged("its checksum does not match what is in it")
    return Snapshot(int(fields[2]), payload)


def _header(seq: int, payload: bytes) -> bytes:
    figures = b"%s %d %d %d" % (_MAGIC, FORMAT_VERSION, seq, len(payload))
    return b"%s %08x\n" % (figures, zlib.crc32(payload, zlib.crc32(figures)))

"""A lock file, so that two engines never write to one journal."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from outcomes.journal import JournalUnavailable


class FileLock:
    """The lock on `<path>.lock`; the system releases it when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, path: Path) -> FileLock:
        """Take the lock that guards `path`, or raise `JournalUnavailable` naming its holder."""
        lock_path = path.with_name(path.name + ".lock")
        try:
            descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise JournalUnavailable(
                f"the lock file {lock_path} cannot be opened ({error.strerror})",
                "Make it and its directory writable for the user that runs Tidegate",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise JournalUnavailable(
                f"the journal {path} is in use by another engine (process {holder}; {error})",
                "Stop that engine, or give this one another journal",
            ) from error
        return cls(descriptor)

    def release(self) -> None:
        """Let another process have the lock; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

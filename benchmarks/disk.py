"""The disk: how long it takes until a small write is durable."""

from __future__ import annotations

import os
import time
from pathlib import Path

PAGE_BYTES = 4_096


def fsync_seconds(directory: Path, times: int) -> list[float]:
    """Append a page to a file in `directory` and fsync it, `times` times; return each duration."""
    page, samples = os.urandom(PAGE_BYTES), []
    path = directory / "fsync.probe"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for _ in range(times):
            os.write(descriptor, page)
            started = time.perf_counter()
            os.fsync(descriptor)
            samples.append(time.perf_counter() - started)
    finally:
        os.close(descriptor)
        path.unlink()
    return samples

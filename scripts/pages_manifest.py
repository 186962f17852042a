"""The manifest of the built pages: which sources they were built from, and what was built.

`make pages` writes `dashboard/static/manifest.json`; a test compares it with the files, so that
built pages that do not belong to the sources are found without Node.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).parent.parent
WEB = ROOT / "dashboard/web"
STATIC = ROOT / "dashboard/static"
MANIFEST = STATIC / "manifest.json"
BUILT_FROM = ("*.html", "*.json", "*.ts", ".npmrc", "src/**/*")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sources() -> list[Path]:
    """Return the files that pages are built from, in order."""
    found = {path for pattern in BUILT_FROM for path in WEB.glob(pattern) if path.is_file()}
    return sorted(found)


def built() -> list[Path]:
    """Return the built files, in order, without the manifest."""
    return sorted(path for path in STATIC.rglob("*") if path.is_file() and path != MANIFEST)


def manifest() -> dict[str, object]:
    """Return what the manifest should say now."""
    whole = hashlib.sha256()
    for path in sources():
        whole.update(f"{path.relative_to(WEB).as_posix()} {digest(path)}\n".encode())
    return {
        "sources_sha256": whole.hexdigest(),
        "files": {path.relative_to(STATIC).as_posix(): digest(path) for path in built()},
    }


if __name__ == "__main__":
    MANIFEST.write_text(json.dumps(manifest(), indent=1) + "\n", encoding="utf-8")

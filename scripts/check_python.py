"""Stop with a clear message when this Python is too old."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - for those who have an older one
    sys.exit(
        "Tidegate needs Python 3.11 or later; this is "
        + ".".join(map(str, sys.version_info[:3]))
        + ". Name a newer one: make PYTHON=python3.12 run"
    )

"""Telling how a benchmark gets on."""

from collections.abc import Callable

Tell = Callable[[str], None]
"""Takes one line for people who watch; not a result."""

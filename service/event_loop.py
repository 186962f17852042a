"""The event loop: uvloop where it is installed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


def run_on_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work` to its end in a new event loop and return what it returns."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)

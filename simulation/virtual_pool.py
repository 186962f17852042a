"""Many days in virtual time, on as many processes as wanted."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from typing import Any, TypeVar

Task = TypeVar("Task")
Shared = TypeVar("Shared")
Result = TypeVar("Result")
Tell = Callable[[int, int], None]
"""Hears how many tasks are done, and of how many."""


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_tasks(
    work: Callable[[Shared, Task], Result], shared: Shared, tasks: Sequence[Task], jobs: int
) -> Iterator[tuple[Task, Result]]:
    """Yield each task with what `work` made of it and of what all share, as they get done.

    With one job all is done here, in order. `work` is a function of a module, and everything can
    be pickled. What raises, an interrupt too, ends the other processes.
    """
    if min(jobs, len(tasks)) <= 1:
        for task in tasks:
            yield task, work(shared, task)
        return
    executor = ProcessPoolExecutor(
        min(jobs, len(tasks)), get_context("spawn"), _start_worker, (work, shared)
    )
    try:
        futures = {executor.submit(_run_task, task): task for task in tasks}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)  # waiting for who is killed may hang
        for worker in active_children():
            worker.kill()
        raise
    executor.shutdown()


_worker: list[tuple[Callable[[Any, Any], Any], Any]] = []


def _start_worker(work: Callable[[Any, Any], Any], shared: Any) -> None:
    """Keep what all tasks share; an interrupt is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker[:] = [(work, shared)]


def _run_task(task: Any) -> Any:
    work, shared = _worker[0]
    return work(shared, task)


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Switch the cycle collector off: hardly anything here makes cycles, and it takes time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

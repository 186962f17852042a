"""Two engines and one NATS cluster: one leads, and when it fails the other goes on."""

import signal
import time
from pathlib import Path

import pytest

from router.events import EngineStarted
from tests.support.failover import STANDS_BY, WatchedContact, pair_under_load

BOUND_S = 10.0  # a bound on a busy machine; scripts/validate_failover.py measures

pytestmark = [pytest.mark.nats, pytest.mark.mosquitto, pytest.mark.timeout(180)]


async def test_a_killed_leader_is_replaced_and_nothing_is_lost(tmp_path: Path) -> None:
    async with pair_under_load(tmp_path, nodes=3) as load:
        for number in range(2):
            watched = WatchedContact(load, number)
            await watched.arrive()
            await load.pair.leader.kill()
            assert await watched.reserved_after_s(time.monotonic()) < BOUND_S
            load.pair.swap()
            await watched.finish()
            await load.pair.standby.launch()
            await load.pair.standby.until_unready(STANDS_BY)
        records = await load.check()
    started = [one.event.epoch for one in records if isinstance(one.event, EngineStarted)]
    assert started == [1, 2, 3]


async def test_a_frozen_leader_that_comes_back_does_no_harm(tmp_path: Path) -> None:
    async with pair_under_load(tmp_path, nodes=1) as load:
        watched = WatchedContact(load, 1)
        await watched.arrive()
        frozen = load.pair.leader
        frozen.signal(signal.SIGSTOP)
        assert await watched.reserved_after_s(time.monotonic()) < BOUND_S
        load.pair.swap()
        epochs = len(load.bridge.epochs)
        frozen.signal(signal.SIGCONT)
        assert await frozen.ended() == 1
        assert frozen.logged("lease_lost") or "JournalFenced" in frozen.log()
        await watched.finish()
        assert set(load.bridge.epochs[epochs:]) <= {2}, "the former leader was heard"
        await frozen.launch()
        await frozen.until_unready(STANDS_BY)
        await load.check()

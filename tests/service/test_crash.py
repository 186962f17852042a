"""The engine is killed under load, again and again: nothing is lost and nothing doubled."""

import asyncio
import os
from random import Random

import pytest

from outcomes.catch_up import catch_up
from outcomes.journal_reader import JournalReader
from outcomes.store import OutcomeStore
from router import decisions as d
from tests.support.crashing import BusyBridge, check_nothing_lost_nothing_doubled
from tests.support.serving import EngineProcess

CRASHES = int(os.environ.get("TIDEGATE_CRASHES", "5"))
SEED = int(os.environ.get("TIDEGATE_SEED", "1"))
ARRIVALS_PER_S = 150.0


@pytest.mark.mosquitto
@pytest.mark.timeout(60 + 12 * CRASHES)
async def test_nothing_lost_nothing_doubled(engine: EngineProcess) -> None:
    """With `TIDEGATE_CRASHES=50` it is one of the long proofs; `TIDEGATE_SEED` varies it."""
    random, stopping = Random(SEED), asyncio.Event()
    async with BusyBridge(engine.broker_port, agents=30, seed=SEED) as bridge:
        await bridge.sign_in()
        arriving = asyncio.create_task(bridge.arrivals(ARRIVALS_PER_S, stopping))
        for _ in range(CRASHES):
            await asyncio.sleep(random.uniform(0.0, 1.2))  # also in the middle of coming back
            await engine.kill()
            await engine.launch()
            if random.random() < 0.8:
                await engine.until_ready()
        await engine.until_ready()
        await asyncio.sleep(0.5)
        stopping.set()
        await arriving
        async with asyncio.timeout(90):
            await bridge.all_answered()
        assert await engine.metric("tidegate_contacts") == 0
        assert await engine.stop() == 0
        records = await check_nothing_lost_nothing_doubled(bridge, engine.journal)
    print(
        f"{CRASHES} crashes, {len(bridge.arrived)} contacts, {len(records)} records,"
        f" {bridge.repeats} decisions sent again"
    )

    outcomes = [
        one for record in records for one in record.decisions if isinstance(one, d.OutcomeRecorded)
    ]
    store = await OutcomeStore.open(engine.data / "outcomes.db")
    reader = await JournalReader.open(engine.journal)
    await catch_up(store, reader)  # the follower may have been stopped before it was done
    await reader.close()
    rows = await store.fetch("SELECT count(*) AS legs, sum(final) AS final FROM outcomes")
    assert (rows[0]["legs"], rows[0]["final"]) == (len(outcomes), len(bridge.arrived))
    await store.close()

"""Fail-over, measured: the leader is killed again and again under load.

    python scripts/validate_failover.py [--trials 20] [--nodes 3] [--json]

Each trial: a contact waits; the leader is killed (`kill -9`); its agent signs in, repeating the
message every half second until it is answered; the time from the kill to the reservation by the
engine that stood by is taken. Then everything is compared with the journal. Exit code 1 if a
contact was lost or doubled. The numbers stand in docs/reliability.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.support.failover import STANDS_BY, WatchedContact, pair_under_load


async def measure(trials: int, nodes: int) -> dict[str, object]:
    """Run the trials; return `trials lost doubled p50_ms p95_ms max_ms records`."""
    took_s = []
    with tempfile.TemporaryDirectory() as directory:
        async with pair_under_load(Path(directory), nodes) as load:
            for number in range(trials):
                watched = WatchedContact(load, number)
                await watched.arrive()
                killed_s = time.monotonic()
                await load.pair.leader.kill()
                took_s.append(await watched.reserved_after_s(killed_s))
                load.pair.swap()
                await watched.finish()
                await load.pair.standby.launch()
                await load.pair.standby.until_unready(STANDS_BY)
            records = await load.finish()
            lost, doubled = load.lost_and_doubled(records)
    took_ms = sorted(round(1_000 * one) for one in took_s)
    p95 = took_ms[min(len(took_ms) - 1, -(-95 * len(took_ms) // 100) - 1)]
    return {
        "trials": trials,
        "lost": lost,
        "doubled": doubled,
        "p50_ms": round(statistics.median(took_ms)),
        "p95_ms": p95,
        "max_ms": took_ms[-1],
        "contacts": len(load.bridge.arrived) + len(load.watched),
        "records": len(records),
    }


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--nodes", type=int, default=3, help="NATS servers: 1 or 3")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = asyncio.run(measure(options.trials, options.nodes))
    if options.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name}: {value}" for name, value in found.items()))
    return 1 if found["lost"] or found["doubled"] else 0


if __name__ == "__main__":
    sys.exit(main())

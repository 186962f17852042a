"""The long proofs, and what they found: run by `make validate`, written to docs/validation.md.

    python scripts/validate.py                 all but the benchmark
    python scripts/validate.py crash --crashes 10
    python scripts/validate.py bench           the whole benchmark, ten minutes and more

A section of the page is replaced when its proof is run; the others stay as they are. Exit code 1
if a proof failed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scripts.validation.page import Finding, write
from scripts.validation.presentations import proof

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "validation.md"
PROGRAM = Path(sys.executable).with_name("tidegate")

INTRODUCTION = """\
# Validation

What the long proofs found, written by `make validate` (`scripts/validate.py`): each section says
when and on what machine. The same proofs run shorter in `make test`.
"""

SLOW, FAST = 60.0, 600.0
FIGURES = ("arrived", "answered", "abandoned", "service_level_ratio", "asa_ms")
AGREEMENT = 0.01


def crash(options: argparse.Namespace) -> Finding:
    """Kill the engine under load again and again."""
    environment = {"TIDEGATE_CRASHES": str(options.crashes), "TIDEGATE_SEED": str(options.seed)}
    code, output = _pytest("tests/service/test_crash.py", environment)
    figures = re.search(r"^\d+ crashes, .*$", output, re.MULTILINE)
    found = figures[0] if figures else f"failed:\n\n```\n{output[-3000:]}\n```"
    text = (
        "The engine is killed (`kill -9`) at random moments while contacts arrive over Mosquitto,"
        " also while it comes back, and started again; the bridge repeats what is not answered."
        " Then: the journal verifies; every contact was queued once and has one final outcome;"
        " every reply names its event's place in the journal; the bridge has every decision that"
        " was for it, and none that was not made; the outcome store agrees.\n\n"
        f"Seed {options.seed}: {found}."
    )
    return Finding("Crashes", text, code == 0)


def random_events(options: argparse.Namespace) -> Finding:
    """Drive the core with random events from several seeds, checking everything after each."""
    seeds = range(options.seed, options.seed + options.seeds)
    test = "tests/router/test_random_events.py"
    failed = []
    for seed in seeds:
        code, output = _pytest(test, {"TIDEGATE_SEED": str(seed)}, "-k", "hundred_thousand")
        print(f"  seed {seed}: {'good' if code == 0 else output[-2000:]}", flush=True)
        failed += [seed] if code else []
    text = (
        "Random events, sensible and senseless, at the core; after every single one conservation,"
        " exclusivity, progress and the consistency of every index are worked out anew"
        " (`shaking/invariants.py`).\n\n"
        f"{len(seeds)} seeds, {seeds[0]} to {seeds[-1]}, more than 100,000 events each: "
        + (f"seeds {failed} failed." if failed else "all held.")
    )
    return Finding("Random events", text, not failed)


def demo(options: argparse.Namespace) -> Finding:
    """Play the recorded day at two speeds; the figures must agree."""
    slow, fast = (_demo(speed) for speed in (SLOW, FAST))
    rows, is_good = [], True
    for name in FIGURES:
        one, two = slow["routed"][name], fast["routed"][name]
        is_close = abs(one - two) <= AGREEMENT * max(abs(one), abs(two))
        is_good = is_good and is_close
        rows.append(f"| `{name}` | {one} | {two} | {'yes' if is_close else '**no**'} |")
    table = "\n".join(
        [f"| routed | speed {SLOW:g} | speed {FAST:g} | within 1 % |", "|---|---|---|---|", *rows]
    )
    text = f"The recorded day of `tidegate demo`, played at two speeds.\n\n{table}"
    return Finding("Demo at two speeds", text, is_good)


def presentations(options: argparse.Namespace) -> Finding:
    """Select and present ten million candidates under every rule; check from the journal alone."""
    contacts = options.candidates // proof.CANDIDATES_PER_CONTACT + 1
    with tempfile.TemporaryDirectory() as directory:
        journal = Path(directory) / "journal.db"
        proof.write_journal(journal, contacts, options.seed, _say)
        report = proof.check(PROGRAM, journal)
    return proof.finding(report, options.seed)


def shake(options: argparse.Namespace) -> Finding:
    """Shake the whole engine in virtual time, seed after seed."""
    command = [str(PROGRAM), "shake", "--json", "--seeds", str(options.shakes)]
    done = subprocess.run(
        [*command, "--start", str(options.seed)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    return shaken(json.loads(done.stdout))


def shaken(report: dict[str, Any]) -> Finding:
    """Say what `tidegate shake --json` found."""
    failed = [one["seed"] for one in report["failed"]]
    text = (
        "The real engine between a simulated broker, disk, bridges and agents, in one process and"
        " in virtual time, with faults from a seed; what is checked and what is not simulated"
        " stands in [reliability.md](reliability.md).\n\n"
        f"{report['seeds']:,} seeds from {report['start']}: {report['contacts']:,} contacts,"
        f" {report['faults']:,} faults, {report['restarts']:,} restarts, {report['records']:,}"
        f" records, in {report['seconds']:,.0f} s ({report['seeds_per_minute']} seeds a minute): "
        + (f"violations in seeds {failed}." if failed else "no violation.")
    )
    return Finding("Shaking", text, not failed)


def _say(done: int, total: int) -> None:
    if done % 5_000 < 2:
        print(f"  {done:,} of {total:,} contacts", flush=True)


def bench(options: argparse.Namespace) -> Finding:
    """Measure everything."""
    output = _run([str(PROGRAM), "bench", "--json"])
    text = f"`tidegate bench --json`:\n\n```json\n{output.strip()}\n```"
    return Finding("Benchmark", text, True)


PROOFS: dict[str, Callable[[argparse.Namespace], Finding]] = {
    "crash": crash,
    "random": random_events,
    "demo": demo,
    "presentations": presentations,
    "shake": shake,
    "bench": bench,
}
BY_DEFAULT = ("crash", "random", "demo", "presentations", "shake")


def _pytest(path: str, environment: Mapping[str, str], *options: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", path, "-q", "-s", "-p", "no:cacheprovider", *options],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def _demo(speed: float) -> dict[str, Any]:
    print(f"  the day at speed {speed:g}", flush=True)
    found: dict[str, Any] = json.loads(
        _run([str(PROGRAM), "demo", "--headless", "--json", "--speed", f"{speed:g}"])
    )
    return found


def _run(command: list[str]) -> str:
    """Return what a command prints; what it says on standard error is shown as it comes."""
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> int:
    """Run the proofs asked for; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "proofs", nargs="*", metavar="PROOF", help=f"{', '.join(PROOFS)}; default: all but bench"
    )
    parser.add_argument("--crashes", type=int, default=50)
    parser.add_argument("--shakes", type=int, default=10_000, help="seeds of the shaking")
    parser.add_argument("--seeds", type=int, default=10, help="of the random events")
    parser.add_argument("--seed", type=int, default=1, help="the first")
    parser.add_argument("--candidates", type=int, default=10_000_000, help="of the presentations")
    options = parser.parse_args()
    if unknown := set(options.proofs) - PROOFS.keys():
        parser.error(
            f"no proof is named {', '.join(sorted(unknown))}; there are {', '.join(PROOFS)}"
        )
    is_good = True
    for name in options.proofs or BY_DEFAULT:
        print(f"{name}: {(PROOFS[name].__doc__ or '').strip()}", flush=True)
        began_s = time.monotonic()
        finding = PROOFS[name](options)
        word = "Good." if finding.is_good else "FAILED."
        write(PAGE, INTRODUCTION, finding, time.monotonic() - began_s, word)
        is_good = is_good and finding.is_good
        print(f"{name}: {'good' if finding.is_good else 'FAILED'}", flush=True)
    print(f"Written to {PAGE.relative_to(ROOT)}.")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())

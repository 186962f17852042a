"""The proof: a journal written to a real file, and what its independent check says of it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from outcomes.journal import JournalIdentity, JournalRow
from outcomes.sqlite_journal import SqliteJournal
from scripts.validation.page import Finding
from scripts.validation.presentations.play import Play

CANDIDATES_PER_CONTACT = 227
"""200 products at each contact, and at every eighth for a second agent: measured."""
ROWS_AT_ONCE = 2_000
BINDING_RATIO = 0.05

MUST_BIND = (
    "limit_contact",
    "limit_customer",
    "limit_household",
    "limit_product",
    "limit_category",
    "limit_campaign",
    "limit_never",
    "limit_declined",
    "limit_not_now",
    "certificate",
    "consent_missing",
    "consent_unproven",
    "consent_expired",
    "consent_withdrawn",
    "do_not_contact",
    "opted_out",
    "vulnerable",
    "complaint",
    "stage",
    "unknown_fact",
)
"""Rules as the check names them. An emergency closes the gate before products are asked for."""


def write_journal(
    path: Path, contacts: int, seed: int, progress: Callable[[int, int], None] | None = None
) -> None:
    """Play `contacts` contacts from `seed` into a new journal at `path`."""
    with asyncio.Runner() as runner:
        identity = JournalIdentity("proof", "main", "voice")
        journal = runner.run(SqliteJournal.open(path, identity))
        rows: list[JournalRow] = []

        def flush() -> None:
            runner.run(journal.append(rows, published_seq=0))
            rows.clear()

        def write(row: JournalRow) -> None:
            rows.append(row)
            if len(rows) >= ROWS_AT_ONCE:
                flush()

        try:
            Play(contacts, seed, write).run(progress)
            flush()
        finally:
            runner.run(journal.close())


def check(program: Path, journal: Path) -> dict[str, Any]:
    """Return what `tidegate journal check-marketing --json` says, run as a process of its own."""
    done = subprocess.run(
        [str(program), "journal", "check-marketing", str(journal), "--json"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def finding(report: dict[str, Any], seed: int) -> Finding:
    """Say what a report means: no breach, and every rule that must bind did in 5 % or more."""
    candidates = max(report["candidates"], 1)
    shares = {name: count / candidates for name, count in report["bound"].items()}
    slack = {name for name in MUST_BIND if shares.get(name, 0.0) < BINDING_RATIO}
    is_good = report["breaches_total"] == 0 and not slack
    rows = "\n".join(
        f"| `{name}` | {share:.1%} |"
        for name, share in sorted(shares.items(), key=lambda one: -one[1])
    )
    text = (
        "The engine is played with 200 products under every rule there is: two contacts at once,"
        " often of one household, late records, transfers to a second agent, emergencies,"
        " agents whose certificates run out, over 900 days. Then `tidegate journal"
        " check-marketing` judges every product selected and presented, from the journal alone and"
        " with rules of its own. A candidate is one product at one contact whose agent asked.\n\n"
        f"Seed {seed}: **{candidates:,} candidates**, {report['asked']:,} times asked,"
        f" {report['selected']:,} products selected, {report['presented']:,} presented:"
        f" **{report['breaches_total']} breaches**."
        + (f" Bound in less than 5 %: {', '.join(sorted(slack))}." if slack else "")
        + f"\n\n| rule | candidates it bars |\n|---|---|\n{rows}"
    )
    return Finding("Presentations", text, is_good)

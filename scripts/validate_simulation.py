"""Measure simulator and gate against exact values; write docs/simulation-validation.md.

    python scripts/validate_simulation.py              everything; an hour on two busy cores
    python scripts/validate_simulation.py erlang day   some sections; the others stay as they are

Exit code 1 if something is not as it must be.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from gate.solver import rules  # noqa: F401  before numpy: it says how many threads numpy may use

# isort: split
from scripts.validation import bank, bids, closed_forms, day, forecast, pools
from scripts.validation.page import Finding, write

PAGE = Path(__file__).parents[1] / "docs" / "simulation-validation.md"

INTRODUCTION = """\
# Simulator and gate: measured against exact values

Written by `scripts/validate_simulation.py` (part of `make validate`): each section says when and on
what machine. What is simulated is the live engine in virtual time; policies see the same customers
(common random numbers). The model, where nothing else is said: service 210 s, marketing 75 s,
patience 120 s, all exponential; an attempt is worth 1, a second of waiting costs 0.05; answered
within 20 s is in time. ± is half the 95 % confidence interval over replications (Student's t);
where the true mean of arrivals, of agents' work or of a figure of `never` is known exactly, these
serve as control variates (Lavenberg and Welch 1981, `scripts/validation/estimates.py`).

A target is reached (`yes`) or `missed` if the whole interval says so, else it is `open`: the run is
too short to tell.
"""

SECTIONS: dict[str, Callable[[], Finding]] = {
    "erlang": closed_forms.erlang,
    "general": closed_forms.general,
    "priority": closed_forms.priority,
    "reference": bank.reference,
    "display": bank.display,
    "day": day.day,
    "pools": pools.pools,
    "values": bids.values,
    "forecast": forecast.forecast,
}


def main() -> int:
    """Run the sections asked for; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; default: all"
    )
    options = parser.parse_args()
    if unknown := set(options.sections) - SECTIONS.keys():
        parser.error(
            f"no section is named {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}"
        )
    is_good = True
    for name in options.sections or SECTIONS:
        print(f"{name}: {(SECTIONS[name].__doc__ or '').strip()}", flush=True)
        began_s = time.monotonic()
        finding = SECTIONS[name]()
        word = "All as it must be." if finding.is_good else "NOT all as it must be."
        write(PAGE, INTRODUCTION, finding, time.monotonic() - began_s, word)
        is_good = is_good and finding.is_good
        print(f"{name}: {word}", flush=True)
    print(f"Written to {PAGE}.")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())

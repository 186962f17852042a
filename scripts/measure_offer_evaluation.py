"""Measure how well `tidegate offers evaluate` estimates; print tables for its documentation.

Run it with `python scripts/measure_offer_evaluation.py [LOGS [KIND ...]]`; kinds: short, long,
incomplete. 100 short logs take about 4 minutes on two idle cores, long ones three times as long.
"""

from __future__ import annotations

import sys

from benchmarks.evaluation_coverage import LogPlan, Row, measure_coverage

RANKINGS = ("greedy", "exploration=0.5", "highest-chance", "highest-value", "playbook", "uniform")
PLANS = {
    "short": LogPlan(),
    "long": LogPlan(contacts=2_000, customers=600, true_customers=1),
    "incomplete": LogPlan(says=0.7),
}


def main() -> None:
    """Print a table for each plan."""
    logs = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for kind in sys.argv[2:] or PLANS:
        plan = PLANS[kind]
        rows = measure_coverage(plan, RANKINGS, range(1, logs + 1), _tell)
        print(
            f"\n{kind}: {logs} logs of {plan.contacts:,} rounds of {plan.customers} customers,"
            f" {plan.says:.0%} of reactions recorded\n"
        )
        print("| ranking | estimator | true | bias | sd | half width | covered | cautioned |")
        print("|---|---|---|---|---|---|---|---|")
        for row in rows:
            print(_line(row), flush=True)


def _line(row: Row) -> str:
    figures = (row.true_milli, row.bias_milli, row.sd_milli, row.half_width_milli)
    ratios = (row.covered_ratio, row.cautious_ratio)
    cells = (*(f"{one:,.0f}" for one in figures), *(f"{one:.0%}" for one in ratios))
    return f"| {row.ranking} | {row.estimator} | {' | '.join(cells)} |"


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()

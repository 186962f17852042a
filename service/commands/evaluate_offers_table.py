"""The evaluation of rankings as text for people. Values are whole units, not thousandths."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.table import Table

from outcomes.offer_evaluation.figures import Counts, Estimate, Evaluation
from service.commands.counts import count

ASSUMED = (
    "Assumed: whether a product is accepted does not depend on the products beside it or its place;"
    " the same customers come, and the model knows what it knew."
)


def counted(counts: Counts) -> str:
    """Return how many rounds were used, and why others were not."""
    left_out = (
        (counts.second_draw, "whose products could not all be shown together"),
        (counts.not_reproduced, "not reproduced from state and seed"),
        (counts.not_presented, "never presented"),
        (counts.no_reaction, "without a reaction"),
    )
    parts = [f"{counts.used:,} used"]
    parts += [f"{number:,} left out, {why}" for number, why in left_out if number]
    return "; ".join(parts)


def rankings_table(found: Evaluation) -> Table:
    """Return a row for each ranking: doubly robust first, then the other two, then the support."""
    table = Table(
        title="What a round earns, with 95 % intervals", title_justify="left", box=box.SIMPLE
    )
    table.add_column("ranking", no_wrap=True)
    heads = (
        "earns (DR)",
        "over logged (DR)",
        "SNIPS",
        "IPS",
        "stands on",
        "not covered",
        "overlap",
    )
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for one in found.rankings:
        estimates, support = one.estimates, one.support
        table.add_row(
            one.name,
            _with_interval(estimates.dr),
            "" if one.name == "logged" else _with_interval(estimates.over_logged, "+"),
            _with_interval(estimates.snips),
            _with_interval(estimates.ips),
            f"{support.effective_products:,.0f}",
            f"{support.not_covered_ratio:.1%}",
            "too little" if one.cautions else "enough",
        )
    return table


def verdicts(found: Evaluation) -> Iterator[str]:
    """Yield what was recorded, on which rankings not to decide and why, and what is assumed."""
    counts = found.counts
    yield (
        f"Recorded: {(found.recorded_milli or 0.0) / 1000:.3f} a round;"
        f" {count(counts.accepted, 'product')} accepted of {counts.products_reacted:,} with a"
        f" reaction."
    )
    missing = counts.products - counts.products_reacted
    if missing:
        yield (
            f"{count(missing, 'product')} shown have none: {counts.products_unanswered:,} presented"
            f" without a word, {counts.products_not_presented:,} not presented. The figures are for"
            " all products presented and all reactions recorded, as often accepted as those that"
            " are."
        )
    for sentence in found.cautions:
        yield f"Careful: {sentence}."
    for one in found.rankings:
        if one.cautions:
            yield f"{one.name}: do not decide on this: {'; '.join(one.cautions)}."
    yield ASSUMED


def _with_interval(one: Estimate, sign: str = "") -> str:
    parts = (one.milli, one.low_milli, one.high_milli)
    milli, low, high = (f"{each / 1000:{sign}.3f}" for each in parts)
    return f"{milli} [{low}, {high}]"

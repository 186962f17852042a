"""`tidegate catalogue`: check and show the products that may be presented."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from config.catalogue_loader import (
    CatalogueError,
    CatalogueFileError,
    load_catalogue,
    warnings_about,
)
from config.problems import Problem
from service.commands.catalogue_table import playbook_table, product_table
from service.commands.counts import count

GOOD, WRONG, UNREADABLE = 0, 1, 2
PIPED_WIDTH = 160

app = typer.Typer(
    name="catalogue",
    help="Check and show the catalogue: products that may be presented, to whom, and the playbook. "
    "Exit code 0: good, 1: something is wrong with it, 2: it cannot be read.",
    no_args_is_help=True,
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The catalogue, a TOML file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@dataclass(frozen=True)
class Examination:
    """What a check found; the keys are those that `--json` prints."""

    good: bool
    file: str
    products: int = 0
    categories: int = 0
    campaigns: int = 0
    reasons: int = 0
    segments: int = 0
    warnings: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    exit_code: int = GOOD

    def in_words(self) -> str:
        """Return the finding as lines for people."""
        if not self.good:
            return "\n".join([f"{count(len(self.problems), 'problem')}:", *map(str, self.problems)])
        size = ", ".join(
            [
                f"{count(self.products, 'product')} in"
                f" {count(self.categories, 'category', 'categories')}",
                count(self.campaigns, "campaign"),
                f"playbook for {count(self.reasons, 'reason')}",
                count(self.segments, "segment"),
            ]
        )
        return "\n".join([f"good: {self.file}: {size}", *(f"warning: {w}" for w in self.warnings)])


@app.command()
def check(file: File, as_json: AsJson = False) -> None:
    """Tell whether a catalogue can be used, and if not, everything that is wrong with it."""
    result = examine(file)
    typer.echo(json.dumps(asdict(result), indent=2) if as_json else result.in_words())
    raise typer.Exit(result.exit_code)


@app.command()
def show(
    file: File,
    language: Annotated[
        str, typer.Option(help="Language of the names, such as en or zh; else the nearest.")
    ] = "en",
) -> None:
    """Show the products with their rules, and the playbook, as tables."""
    try:
        catalogue = load_catalogue(file)
    except CatalogueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_code(error)) from error
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    console.print(product_table(catalogue, language))
    console.print(playbook_table(catalogue, language))


def examine(file: Path) -> Examination:
    """Load the catalogue as the service would, and return what was found."""
    try:
        catalogue = load_catalogue(file)
    except CatalogueError as error:
        return Examination(False, str(file), problems=error.problems, exit_code=_code(error))
    return Examination(
        True,
        str(file),
        products=len(catalogue.products),
        categories=len({one.category for one in catalogue.products}),
        campaigns=len(catalogue.campaigns),
        reasons=len(catalogue.playbook),
        segments=len(catalogue.segments),
        warnings=list(warnings_about(catalogue)),
    )


def _code(error: CatalogueError) -> int:
    return UNREADABLE if isinstance(error, CatalogueFileError) else WRONG

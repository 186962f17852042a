"""`tidegate customers`: fill, look into and clear the customer store."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer

from customers.csv_file import CsvFile, FileRefused, Rejection, read_csv, write_rejections
from customers.do_not_contact import ListReport, import_list, number_column
from customers.importing import ImportReport, import_customers
from customers.keys import KEY_VARIABLE, hasher_of
from customers.lines import PHONE, columns_of
from customers.phones import PhoneHasher, is_country
from customers.sqlite_store import SqliteCustomerStore
from customers.store import CustomerStoreError
from service.commands.counts import count
from service.commands.progress import progress_bar

LINES_REJECTED = 1
COULD_NOT_RUN = 2
NOT_FOUND = 3
INTERRUPTED = 130

Result = TypeVar("Result")
AnyReport = TypeVar("AnyReport", ImportReport, ListReport)

app = typer.Typer(
    name="customers",
    help="Fill, look into and clear the customer store, which lies beside the journal. "
    "Exit code 0: done, 1: done, but lines were rejected, 2: could not run, nothing changed, "
    "3: no such customer, 130: interrupted.",
    no_args_is_help=True,
)

DEFAULT_STORE = Path("var/customers.db")

CsvPath = Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file.")]
CustomerId = Annotated[str, typer.Argument(metavar="ID", help="The customer's id.")]
Store = Annotated[Path, typer.Option(help="The customer store.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Rejected = Annotated[
    Path | None,
    typer.Option(help="Where to report rejected lines; default: FILE.rejected.csv beside FILE."),
]
Encoding = Annotated[
    str | None, typer.Option(help="The file's encoding; default: it is detected, and said.")
]
Country = Annotated[
    str | None,
    typer.Option(help="Two letters, such as CN: for phone numbers without a country's code."),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        help="The key that phone numbers are hashed with; default: beside the store, named"
        " like it, with .key (customers.db: customers.key)."
        f" {KEY_VARIABLE} in the environment goes before it."
    ),
]


@app.command("import")
def import_(
    file: CsvPath,
    store: Store = DEFAULT_STORE,
    rejected: Rejected = None,
    encoding: Encoding = None,
    country: Country = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Import customers from a CSV file: added, changed, or unchanged if the version is the same.

    The first line names the columns; docs/customers.md explains them. Lines that cannot be taken
    are reported and the others imported, all at once; a file that is broken changes nothing.
    """
    with _reported():
        _check_country(country)
        csv = read_csv(file, encoding)
        has_phones = PHONE in columns_of(csv)

        async def work(customers: SqliteCustomerStore) -> tuple[ImportReport, list[Rejection]]:
            hasher = await _hasher(customers, store, key_file) if has_phones else None
            with progress_bar("Importing") as tell:
                return await import_customers(customers, csv, hasher, country, tell)

        report = _finished(*_with_store(store, work, create=True), rejected, file)
    _show(
        report,
        csv,
        f"{count(report.lines, 'line')}: {report.added:,} added, {report.changed:,} changed,"
        f" {report.unchanged:,} unchanged",
        as_json=as_json,
    )


@app.command("do-not-contact")
def do_not_contact(
    file: CsvPath,
    store: Store = DEFAULT_STORE,
    replace: Annotated[
        bool, typer.Option("--replace", help="The file is the whole list: others come off it.")
    ] = False,
    rejected: Rejected = None,
    encoding: Encoding = None,
    country: Country = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Add phone numbers to the do-not-contact list; customers who have one are marked.

    The file has one number a line, or a column named phone. Customers imported later are marked
    too. Only keyed hashes of the numbers are kept.
    """
    with _reported():
        _check_country(country)
        csv = read_csv(file, encoding)
        number_column(csv)

        async def work(customers: SqliteCustomerStore) -> tuple[ListReport, list[Rejection]]:
            hasher = await _hasher(customers, store, key_file)
            with progress_bar("Importing") as tell:
                return await import_list(customers, csv, hasher, country, tell, replace=replace)

        report = _finished(*_with_store(store, work, create=True), rejected, file)
    _show(
        report,
        csv,
        f"{count(report.lines, 'line')}: {report.added:,} added, {report.removed:,} removed;"
        f" {count(report.on_list, 'number')} on the list,"
        f" {count(report.customers_marked, 'customer')} marked",
        as_json=as_json,
    )


@app.command()
def show(customer_id: CustomerId, store: Store = DEFAULT_STORE, as_json: AsJson = False) -> None:
    """Show what is known of a customer. What is unknown is left out."""
    with _reported():
        found = _with_store(store, lambda customers: customers.get(customer_id))
    if found is None:
        _say_unknown(customer_id)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    for name, value in msgspec.to_builtins(found).items():
        if value not in (None, {}):
            shown = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            typer.echo(f"{name}: {shown}")


@app.command()
def forget(customer_id: CustomerId, store: Store = DEFAULT_STORE) -> None:
    """Erase everything the store has of a customer. The do-not-contact list stays as it is."""
    with _reported():
        is_gone = _with_store(store, lambda customers: customers.forget(customer_id))
    if not is_gone:
        _say_unknown(customer_id)
    typer.echo(f"customer {customer_id} is forgotten")


def _with_store(
    path: Path, work: Callable[[SqliteCustomerStore], Awaitable[Result]], *, create: bool = False
) -> Result:
    if create:
        path.parent.mkdir(parents=True, exist_ok=True)
    elif not path.is_file():
        raise CustomerStoreError(
            f"there is no customer store {path}",
            "Give the path of one (--store), or make it with `tidegate customers import`",
        )

    async def run() -> Result:
        store = await SqliteCustomerStore.open(path)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


async def _hasher(
    customers: SqliteCustomerStore, store: Path, key_file: Path | None
) -> PhoneHasher:
    """Return the store's hasher, and say so if a key was made for it."""
    file = key_file or store.with_suffix(".key")
    hasher, is_new = await hasher_of(customers, os.environ, file)
    if is_new:
        typer.echo(
            f"A key for hashing phone numbers was made: {file}. Keep a copy in a safe place."
            " Without it no list can be matched; with it and the store, numbers can be found out.",
            err=True,
        )
    return hasher


def _finished(
    report: AnyReport, rejections: list[Rejection], rejected: Path | None, file: Path
) -> AnyReport:
    """Write the report of rejected lines if there are any, and name its file."""
    path = rejected or file.with_name(f"{file.name}.rejected.csv")
    if not rejections and not path.exists():
        return report
    write_rejections(path, rejections)
    return msgspec.structs.replace(report, rejected_file=str(path) if rejections else None)


def _show(report: ImportReport | ListReport, csv: CsvFile, done: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(report), indent=2).decode())
    else:
        typer.echo(f"{report.file} ({csv.encoding_in_words}): {done}, {report.rejected:,} rejected")
        if report.rejected_file:
            typer.echo(f"rejected lines, each with its reason: {report.rejected_file}")
    if report.rejected:
        raise typer.Exit(LINES_REJECTED)


def _check_country(country: str | None) -> None:
    if country is not None and not is_country(country):
        raise typer.BadParameter(f"--country {country}: give a country's two letters, such as CN")


def _say_unknown(customer_id: str) -> None:
    typer.echo(f"there is no customer {customer_id} in the store", err=True)
    raise typer.Exit(NOT_FOUND)


@contextmanager
def _reported() -> Iterator[None]:
    """Say on standard error what stopped the command, and give the exit code for it."""
    try:
        yield
    except (CustomerStoreError, FileRefused) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    except KeyboardInterrupt as error:
        typer.echo("Interrupted: all of it was done, or nothing. It can be run again.", err=True)
        raise typer.Exit(INTERRUPTED) from error
    except OSError as error:
        typer.echo(f"Error: {error}. Check the path and that it may be written.", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error

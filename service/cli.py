"""The command line: `tidegate COMMAND`. Each command is a module of `service/commands/`."""

from __future__ import annotations

import typer

from service.commands import asyncapi, check_config, journal, load, report, serve

app = typer.Typer(
    name="tidegate",
    help="Contact routing for call centres: serve first, market when the queue is low.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("asyncapi")(asyncapi.asyncapi)
app.command("check-config")(check_config.check_config)
app.command("load")(load.load)
app.command("report")(report.report)
app.command("serve")(serve.serve)
app.add_typer(journal.app)

"""The command line: `tidegate COMMAND`. Each command is a module of `service/commands/`."""

from __future__ import annotations

import typer

from service.commands import (
    asyncapi,
    audit,
    bench,
    catalogue,
    check_config,
    check_marketing,
    customers,
    demo,
    journal,
    load,
    offers,
    replay,
    report,
    scorecard,
    serve,
    shake,
    simulate,
    version,
)

app = typer.Typer(
    name="tidegate",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.callback()(version.tidegate)
app.command("asyncapi")(asyncapi.asyncapi)
app.command("bench")(bench.bench)
app.command("check-config")(check_config.check_config)
app.command("demo")(demo.demo)
app.command("load")(load.load)
app.command("replay")(replay.replay)
app.command("report")(report.report)
app.command("scorecard")(scorecard.scorecard)
app.command("serve")(serve.serve)
app.command("shake")(shake.shake)
app.command("simulate")(simulate.simulate)
journal.app.command("audit")(audit.command)
journal.app.command("check-marketing")(check_marketing.command)
app.add_typer(catalogue.app)
app.add_typer(customers.app)
app.add_typer(journal.app)
app.add_typer(offers.app)

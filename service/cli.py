"""The command line: `tidegate COMMAND`. Each command is a module of `service/commands/`."""

from __future__ import annotations

import typer

from service.commands import (
    accounts,
    asyncapi,
    audit,
    backup,
    bench,
    catalogue,
    check_config,
    check_marketing,
    customers,
    dashboard,
    demo,
    difficulty,
    evaluate_offers,
    journal,
    load,
    offers,
    openapi,
    replay,
    report,
    scorecard,
    screenshots,
    serve,
    shake,
    simulate,
    top,
    version,
)

app = typer.Typer(
    name="tidegate",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.callback()(version.tidegate)
app.command("asyncapi")(asyncapi.asyncapi)
app.command("backup")(backup.backup)
app.command("bench")(bench.bench)
app.command("check-config")(check_config.check_config)
app.command("dashboard")(dashboard.dashboard)
app.command("demo")(demo.demo)
app.command("load")(load.load)
app.command("openapi")(openapi.openapi)
app.command("replay")(replay.replay)
app.command("report")(report.report)
app.command("restore")(backup.restore)
app.command("scorecard")(scorecard.scorecard)
app.command("screenshots")(screenshots.command)
app.command("serve")(serve.serve)
app.command("shake")(shake.shake)
app.command("simulate")(simulate.simulate)
app.command("top")(top.top)
journal.app.command("audit")(audit.command)
journal.app.command("check-marketing")(check_marketing.command)
offers.app.command("evaluate")(evaluate_offers.command)
app.add_typer(accounts.app)
app.add_typer(catalogue.app)
app.add_typer(customers.app)
app.add_typer(difficulty.app)
app.add_typer(journal.app)
app.add_typer(offers.app)

"""`tidegate load`: drive a running engine through its broker, and measure."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Annotated

import typer

from bus.topics import TopicSpace
from config.loader import load_settings
from config.problems import ConfigError
from config.settings import TidegateSettings
from service.commands.load_table import in_words
from service.logs import configure_logs
from service.wiring import connection_settings
from simulation.load import LoadError, run_load
from simulation.load_figures import LoadResult
from simulation.load_plan import LoadPlan, default_talk_ms

COULD_NOT_RUN = 2
NOT_CONSERVED = 1
DEFAULT_LEVEL = 10

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="The engine's TOML file: broker, tenant, queues and the skills they require.",
    ),
]
Rate = Annotated[float, typer.Option(help="Arrivals a second (Poisson), open loop.")]
Contacts = Annotated[int, typer.Option(help="How many contacts arrive.")]
Agents = Annotated[int, typer.Option(help="How many agents sign in.")]
Broker = Annotated[str | None, typer.Option(help="HOST:PORT, if not as in the configuration.")]
Key = Annotated[str | None, typer.Option(help="If not as in the configuration.")]
Queues = Annotated[str | None, typer.Option(help="Ids with commas between; else all configured.")]
Skill = Annotated[
    list[str] | None,
    typer.Option(help="NAME=LEVEL, for all agents; else what the queues require."),
]
TalkMs = Annotated[float | None, typer.Option(help="Mean; else such that the agents suffice.")]
WrapUpMs = Annotated[int, typer.Option(help="How long agents wrap up.")]
Ringing = Annotated[bool, typer.Option(help="Agents also confirm that it rings.")]
Name = Annotated[str, typer.Option(help="Name of the generator's bridge and agents.")]
Seed = Annotated[int, typer.Option(help="Seed of arrivals and talk times.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def load(
    config: Config = None,
    rate: Rate = 20.0,
    contacts: Contacts = 1_000,
    agents: Agents = 50,
    broker: Broker = None,
    tenant: Key = None,
    site: Key = None,
    domain: Key = None,
    queues: Queues = None,
    skill: Skill = None,
    talk_ms: TalkMs = None,
    wrap_up_ms: WrapUpMs = 0,
    ringing: Ringing = False,
    name: Name = "load",
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Send contacts to a running engine, answer as its agents, and report speed and latency.

    Exit code 0: every contact was answered and accounted for. 1: some were not. 2: could not run.
    """
    try:
        settings = load_settings(config, os.environ)
        plan = LoadPlan(
            connection=connection_settings(settings.bus, *_broker(broker, settings), name),
            space=_space(tenant, site, domain, settings),
            run_id=f"{time.time_ns() // 1_000_000:x}",
            rate_per_s=rate,
            contacts=contacts,
            agents=agents,
            talk_ms=default_talk_ms(rate, agents, wrap_up_ms) if talk_ms is None else talk_ms,
            wrap_up_ms=wrap_up_ms,
            queues=_queues(queues, settings),
            skills=_skills(skill, settings),
            ringing=ringing,
            name=name,
            seed=seed,
        )
        result = _run(plan)
    except (ConfigError, LoadError, ValueError) as error:
        typer.echo(f"tidegate load: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    typer.echo(json.dumps(result.as_dict(), indent=2) if as_json else in_words(result))
    if not result.conserved:
        raise typer.Exit(NOT_CONSERVED)


def _space(
    tenant: str | None, site: str | None, domain: str | None, settings: TidegateSettings
) -> TopicSpace:
    centre = settings.centre
    return TopicSpace(tenant or centre.tenant, site or centre.site, domain or centre.domain)


def _run(plan: LoadPlan) -> LoadResult:
    def tell(line: str) -> None:
        typer.echo(line, err=True)

    configure_logs("console", "error")
    try:
        import uvloop
    except ImportError:
        return asyncio.run(run_load(plan, tell))
    return uvloop.run(run_load(plan, tell))


def _broker(given: str | None, settings: TidegateSettings) -> tuple[str, int]:
    if given is None:
        return settings.bus.host, settings.bus.port
    host, _, port = given.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"--broker {given!r}: give HOST:PORT, as 127.0.0.1:1883")
    return host, int(port)


def _queues(given: str | None, settings: TidegateSettings) -> tuple[str, ...]:
    if given is not None:
        return tuple(one for one in given.split(",") if one)
    return tuple(queue.queue_id for queue in settings.queues)


def _skills(given: list[str] | None, settings: TidegateSettings) -> dict[str, int]:
    if given is None:
        return {name: DEFAULT_LEVEL for queue in settings.queues for name in queue.requires}
    skills = {}
    for one in given:
        name, _, level = one.partition("=")
        if not name or not level.isdigit():
            raise ValueError(f"--skill {one!r}: give NAME=LEVEL, as banking=5")
        skills[name] = int(level)
    return skills

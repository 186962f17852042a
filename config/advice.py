"""Warnings: settings that are permitted but probably not what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from config.addresses import is_loopback
from config.environment import misspelt
from config.routing import AgentSettings, QueueSettings
from config.settings import TidegateSettings
from contacts.vocabulary import Channel, Refusal


def warnings_about(settings: TidegateSettings, environ: Iterable[str] = ()) -> list[str]:
    """Return a sentence for each oddity in the settings or the environment's variable names."""
    return [
        *_about_environment(environ),
        *_about_process(settings),
        *_about_staff(settings),
        *_about_marketing(settings),
        *(text for queue in settings.queues for text in _about_queue(queue)),
    ]


def _about_environment(environ: Iterable[str]) -> Iterator[str]:
    for name, proper in misspelt(environ):
        yield f"the variable {name} is not read; did you mean {proper}?"


def _about_process(settings: TidegateSettings) -> Iterator[str]:
    bus, exposed = settings.bus, settings.service.exposes_beyond_loopback()
    if exposed:
        yield exposed
    if bus.password is not None and bus.tls is None and not is_loopback(bus.host):
        yield (
            f"bus.tls is missing: the password travels unencrypted to {bus.host};"
            " add a table [bus.tls]"
        )
    if bus.password is not None and bus.username is None:
        yield "bus.username is missing: a password without a user name is not sent"
    if settings.journal.synchronous == "NORMAL":
        yield (
            'journal.synchronous = "NORMAL": a power cut may lose contacts that were acknowledged;'
            ' "FULL" loses none'
        )
    if settings.service.clock == "ticked":
        yield 'service.clock = "ticked": time stands still without ticks; for demos and tests only'


def _about_staff(settings: TidegateSettings) -> Iterator[str]:
    if not settings.queues:
        yield "no queue is configured: every contact will be rejected as queue_unknown"
    if settings.limits.unlisted_agents:
        return
    if not settings.agents:
        yield "no agent is configured and limits.unlisted_agents = false: nobody can sign in"
        return
    for queue in queues_without_agents(settings.queues, settings.agents):
        needs = ", ".join(f"{skill} {level}" for skill, level in queue.requires.items())
        yield (
            f"queues[{queue.queue_id}]: no listed agent can serve it (channel"
            f" {queue.channel.value}, requires {needs or 'nothing'}), and limits.unlisted_agents"
            " = false lets no other sign in"
        )


def _about_marketing(settings: TidegateSettings) -> Iterator[str]:
    marketing = settings.marketing
    if not marketing.enabled:
        return
    if marketing.certificates_needed and not any(one.certificates for one in settings.agents):
        yield (
            "marketing.enabled = true, but no listed agent has a certificate: nothing will be"
            " presented; add certificates to agents or set marketing.certificates_needed = false"
        )
    if marketing.consent == "none_needed":
        yield (
            'marketing.consent = "none_needed": customers are presented products without being'
            " asked; make sure that the law where they live permits it"
        )
    if not marketing.limits:
        yield (
            "marketing.limits is empty: no limit on how often a customer or household is"
            " presented products but rounds_per_contact and cool-downs"
        )


def queues_without_agents(
    queues: Sequence[QueueSettings], agents: Sequence[AgentSettings]
) -> list[QueueSettings]:
    """Return the queues that none of the agents has the skills and the capacity to serve.

    Sets of agents are kept as bits of one integer, so 5,000 queues and 10,000 agents are quick.
    """
    by_channel: dict[Channel, int] = {}
    by_level: dict[tuple[str, int], int] = {}
    for index, agent in enumerate(agents):
        bit = 1 << index
        for channel, places in agent.capacity.items():
            by_channel[channel] = by_channel.get(channel, 0) | (bit if places else 0)
        for skill, level in agent.skills.items():
            for enough in range(1, level + 1):
                by_level[skill, enough] = by_level.get((skill, enough), 0) | bit
    return [queue for queue in queues if not _able(queue, by_channel, by_level)]


def _able(
    queue: QueueSettings, by_channel: dict[Channel, int], by_level: dict[tuple[str, int], int]
) -> int:
    """Return the agents who can serve the queue, one bit each."""
    able = by_channel.get(queue.channel, 0)
    for skill_and_level in queue.requires.items():
        able &= by_level.get(skill_and_level, 0)
    return able


def _about_queue(queue: QueueSettings) -> Iterator[str]:
    """Warn of destinations to which the queue can never send a contact."""
    causes = {
        Refusal.CLOSED: ("hours", bool(queue.hours)),
        Refusal.FULL: ("max_waiting", queue.max_waiting is not None),
        Refusal.NO_STAFF: ("refuse_without_staff", queue.refuse_without_staff),
        Refusal.WAITED_TOO_LONG: ("max_wait_ms", queue.max_wait_ms is not None),
    }
    for refusal in queue.destinations:
        key, is_set = causes[refusal]
        if not is_set:
            yield (
                f"queues[{queue.queue_id}].destinations.{refusal.value} is never used: without"
                f" {key} the queue refuses nobody for that reason"
            )

"""Prometheus metrics, read from the running engine when they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.engine_service import EngineService


class EngineCollector(Collector):
    """Reads counters and the sizes of things; runs in the status server's thread."""

    def __init__(self, service: EngineService) -> None:
        self._service = service

    def collect(self) -> Iterable[Metric]:
        """Return all metrics; before the engine has started only that it is not ready."""
        ready = self._service.not_ready_because() is None
        yield GaugeMetricFamily("tidegate_ready", "1 when ready", int(ready))
        if not self._service.is_started:
            return
        yield from self._events()
        yield from self._journal()
        yield from self._state()

    def _events(self) -> Iterable[Metric]:
        stats = self._service.stats
        events = CounterMetricFamily(
            "tidegate_messages",
            "Messages taken, by type and rejection",
            labels=["type", "rejection"],
        )
        for (message_type, rejection), count in list(stats.events.items()):
            events.add_metric([message_type, rejection], count)
        yield events
        yield CounterMetricFamily("tidegate_repeats", "Repeated messages", stats.repeats)
        yield CounterMetricFamily("tidegate_busy", "New contacts answered busy", stats.busy)
        yield CounterMetricFamily(
            "tidegate_clock_skewed", "Messages from clocks over 5 s away", stats.skewed
        )
        yield GaugeMetricFamily(
            "tidegate_backlog", "Messages under way, in or out", self._service.intake.backlog
        )

    def _journal(self) -> Iterable[Metric]:
        stats, service = self._service.stats, self._service
        yield CounterMetricFamily("tidegate_journal_commits", "Transactions", stats.commits)
        yield CounterMetricFamily("tidegate_journal_records", "Records made durable", stats.records)
        yield CounterMetricFamily(
            "tidegate_journal_commit_seconds", "Time spent in commits", stats.commit_seconds
        )
        yield CounterMetricFamily(
            "tidegate_journal_commit_failures", "Commits that failed", stats.commit_failures
        )
        yield GaugeMetricFamily(
            "tidegate_journal_seq", "The last record", service.desk.engine.state.seq
        )
        yield GaugeMetricFamily(
            "tidegate_published_seq",
            "The last record whose decisions the broker has",
            service.outbox.published_seq,
        )
        yield CounterMetricFamily(
            "tidegate_pauses", "Times the engine stood still for over 10 ms", stats.pauses
        )
        yield GaugeMetricFamily(
            "tidegate_longest_pause_seconds", "The longest since the start", stats.longest_pause_s
        )
        yield GaugeMetricFamily("tidegate_epoch", "Leader epoch", service.desk.engine.state.epoch)

    def _state(self) -> Iterable[Metric]:
        state = self._service.desk.engine.state
        yield GaugeMetricFamily("tidegate_contacts", "Live contacts", len(state.contacts))
        waiting = GaugeMetricFamily("tidegate_waiting", "Contacts waiting", labels=["queue"])
        is_open = GaugeMetricFamily("tidegate_queue_open", "1 when open", labels=["queue"])
        guarded = GaugeMetricFamily(
            "tidegate_gate_guarded", "1 when a guard rail closes the gate", labels=["queue"]
        )
        for queue_id, queue in list(state.queues.items()):
            waiting.add_metric([queue_id], queue.waiting)
            is_open.add_metric([queue_id], int(queue.is_open))
            guarded.add_metric([queue_id], int(queue.gate.closed_by is not None))
        yield waiting
        yield is_open
        yield guarded
        agents = GaugeMetricFamily("tidegate_agents", "Agents by state", labels=["state"])
        states = Counter(agent.state.value for agent in list(state.agents.values()))
        for agent_state, count in states.items():
            agents.add_metric([agent_state], count)
        yield agents

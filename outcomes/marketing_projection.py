"""What decisions about products and sign-ins mean as rows of the outcome store.

Only the difficulties in force and agents' teams are kept in memory; what concerns an earlier round
changes its rows in the store. A round's id may come again after the round was released, so a change
names the record it is from, and means the newest round with this id up to there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from contacts.vocabulary import Mode
from marketing import ledger_changes as c
from router import decisions as d
from router import marketing_decisions as m

Row = tuple[object, ...]

FIRST_DIFFICULTY = 1.0


@dataclass(slots=True)
class MarketingChanges:
    """Rows to add, and changes of presentations, in the order of the records.

    `states` are (state, presented at or None, round, product, seq), `said` (reaction, at, round,
    product, seq).
    """

    presentations: list[Row] = field(default_factory=list)
    states: list[Row] = field(default_factory=list)
    said: list[Row] = field(default_factory=list)
    reactions: list[Row] = field(default_factory=list)
    sales: list[Row] = field(default_factory=list)
    follow_ups: list[Row] = field(default_factory=list)
    sessions: list[Row] = field(default_factory=list)
    difficulties: list[Row] = field(default_factory=list)


class MarketingProjection:
    """Folds decisions about products, and gathers the changes until they are taken."""

    def __init__(self) -> None:
        self.difficulties: dict[str, float] = {}
        self.version: str | None = None
        self.teams: dict[str, str | None] = {}
        self._changes = MarketingChanges()

    def take_changes(self) -> MarketingChanges:
        """Return the changes gathered, and begin anew."""
        taken, self._changes = self._changes, MarketingChanges()
        return taken

    def fold(self, decision: d.AnyDecision, seq: int, at_ms: int, last_entry_id: int) -> None:
        """Take up a decision of record `seq`; `last_entry_id` is the newest queue entry so far."""
        changes = self._changes
        match decision:
            case m.CatalogueApplied(catalogue):
                self._fold_difficulties(catalogue, seq, at_ms)
            case m.ProductsSelected():
                changes.presentations += self._presentations(decision, seq, at_ms, last_entry_id)
            case m.LedgerChanged(change):
                self._fold_ledger(change, seq)
            case m.SaleRecorded() as sale:
                changes.sales.append(
                    (
                        seq,
                        at_ms,
                        sale.contact_id,
                        sale.round_id,
                        sale.customer_id,
                        sale.agent_id,
                        sale.product_id,
                        sale.value_milli,
                        sale.is_cancelled,
                    )
                )
            case m.FollowUpSet() as task:
                changes.follow_ups.append(
                    (
                        seq,
                        at_ms,
                        task.contact_id,
                        task.round_id,
                        task.customer_id,
                        task.product_id,
                        task.kind,
                        task.is_cancelled,
                    )
                )
            case d.AgentSessionStarted(agent_id):
                self._fold_team(agent_id, decision.team, seq, at_ms)
            case d.ConfigurationApplied(settings):
                self._fold_teams(settings["agents"], seq, at_ms)
            case _:
                pass

    def _fold_difficulties(self, catalogue: dict[str, Any] | None, seq: int, at_ms: int) -> None:
        if catalogue is None:  # nothing is selected until there is another: the weights stay
            return
        found, version = difficulties_of(catalogue), version_of(catalogue)
        if (found, version) != (self.difficulties, self.version):
            self.difficulties, self.version = found, version
            rows = [(seq, at_ms, version, product, one) for product, one in found.items()]
            self._changes.difficulties += rows

    def _fold_teams(self, agents: Iterable[dict[str, Any]], seq: int, at_ms: int) -> None:
        """Take down who of those that have ever signed in is in another team now."""
        for agent in agents:
            agent_id, team = agent["agent_id"], agent.get("team")
            if agent_id in self.teams and self.teams[agent_id] != team:
                self._fold_team(agent_id, team, seq, at_ms)

    def _fold_team(self, agent_id: str, team: str | None, seq: int, at_ms: int) -> None:
        self.teams[agent_id] = team
        self._changes.sessions.append((seq, at_ms, agent_id, team))

    def _presentations(
        self, one: m.ProductsSelected, seq: int, at_ms: int, last_entry_id: int
    ) -> Iterable[Row]:
        """Yield rows; the queue comes from the two values that stand in its place."""
        for product in one.products:
            ref = product.ref
            yield (
                (
                    seq,
                    at_ms,
                    one.round_id,
                    one.contact_id,
                    one.agent_id,
                    one.contact_id,
                    last_entry_id,
                    one.customer_id,
                    one.context.segment,
                    ref.product_id,
                    ref.category,
                    ref.campaign_id,
                    product.value_milli,
                    self.difficulties.get(ref.product_id),
                    product.presented.chance,
                    product.presented.propensity_ppb,
                    Mode.MARKETING,
                )
            )

    def _fold_ledger(self, change: c.AnyLedgerChange, seq: int) -> None:
        changes = self._changes
        match change:
            case c.FatigueCounted(round_id, product_ids, at_ms):
                changes.states += [("presented", at_ms, round_id, p, seq) for p in product_ids]
            case c.RoundReleased(round_id, product_ids):
                changes.states += [("released", None, round_id, p, seq) for p in product_ids]
            case c.ReactionNoted(round_id, product_id, kind, at_ms):
                changes.said.append((kind, at_ms, round_id, product_id, seq))
                changes.reactions.append(
                    (
                        seq,
                        at_ms,
                        round_id,
                        product_id,
                        change.agent_id,
                        kind,
                        change.previous,
                        change.scope,
                        change.reason,
                    )
                )
            case _:
                pass


def difficulties_of(catalogue: dict[str, Any]) -> dict[str, float]:
    """Return the products' weights in a catalogue as a decision has it: revised ones go first."""
    revised = (catalogue.get("difficulties") or {}).get("weights", {})
    return {
        one["product_id"]: float(
            revised.get(one["product_id"], one.get("difficulty", FIRST_DIFFICULTY))
        )
        for one in catalogue["products"]
    }


def version_of(catalogue: dict[str, Any]) -> str | None:
    """Return the version of the revised weights; None: there are none."""
    revised = catalogue.get("difficulties") or {}
    version: str | None = revised.get("version")
    return version


_ADD_PRESENTATION = """
INSERT INTO presentations VALUES (?, ?, ?, ?, ?,
    (SELECT queue_id FROM queue_entries WHERE contact_id = ? AND entry_id <= ?
     ORDER BY entry_id DESC LIMIT 1),
    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'selected', NULL, NULL, NULL)"""

_THIS_ROUND = """
WHERE round_id = ?1 AND product_id = ?2 AND seq = (
    SELECT max(seq) FROM presentations WHERE round_id = ?1 AND product_id = ?2 AND seq <= ?3)"""

_SET_STATE = f"UPDATE presentations SET state = ?4, presented_at_ms = ?5 {_THIS_ROUND}"
_SET_REACTION = f"UPDATE presentations SET reaction = ?4, reacted_at_ms = ?5 {_THIS_ROUND}"

_TABLES = ("reactions", "sales", "follow_ups")


def write_marketing(connection: sqlite3.Connection, changes: MarketingChanges) -> None:
    """Write the changes; the queue entries must be there already."""
    connection.executemany(_ADD_PRESENTATION, changes.presentations)
    connection.executemany(_SET_STATE, map(_round_first, changes.states))
    connection.executemany(_SET_REACTION, map(_round_first, changes.said))
    for table in _TABLES:
        for row in getattr(changes, table):
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    connection.executemany(
        "INSERT OR REPLACE INTO agent_sessions VALUES (?, ?, ?, ?)", changes.sessions
    )
    connection.executemany(
        "INSERT OR REPLACE INTO difficulties VALUES (?, ?, ?, ?, ?)", changes.difficulties
    )


def read_marketing(connection: sqlite3.Connection) -> MarketingProjection:
    """Return the projection that wrote these tables, ready to go on."""
    projection = MarketingProjection()
    for product_id, difficulty, version in connection.execute(
        "SELECT product_id, difficulty, version FROM difficulties"
        " WHERE seq = (SELECT max(seq) FROM difficulties)"
    ):
        projection.difficulties[product_id] = difficulty
        projection.version = version
    for agent_id, team in connection.execute(
        "SELECT agent_id, team FROM (SELECT agent_id, team, max(seq) FROM agent_sessions"
        " GROUP BY agent_id)"
    ):
        projection.teams[agent_id] = team
    return projection


def _round_first(row: Row) -> Row:
    what, at_ms, round_id, product_id, seq = row
    return round_id, product_id, seq, what, at_ms

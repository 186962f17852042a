"""The tables of the outcome store, as people see them too; `docs/outcomes.md` explains them."""

from __future__ import annotations

from outcomes.marketing_schema import CREATE_MARKETING
from outcomes.quality_schema import CREATE_QUALITY

SCHEMA_VERSION = 4
"""`PRAGMA user_version`; a store of another version is made anew from the journal."""

APPLICATION_ID = 0x54494F55
"""`PRAGMA application_id` of an outcome store ("TIOU"): tells it from other SQLite files."""

_OUTCOMES = """
CREATE TABLE outcomes (          -- one row per leg: a stay in a queue and the handling after it
    seq INTEGER NOT NULL,        -- the journal's record
    contact_id TEXT NOT NULL,
    leg INTEGER NOT NULL,        -- 1, and one more for each transfer or move
    queue_id TEXT NOT NULL,
    agent_id TEXT,               -- who handled it
    disposition TEXT NOT NULL,   -- completed, abandoned, diverted, transferred, ghost, ...
    final INTEGER NOT NULL,      -- 1 for the contact's last leg
    mode TEXT NOT NULL,          -- serving, or marketing if the agent went on to market
    queued_at_ms INTEGER NOT NULL,
    accepted_at_ms INTEGER,
    ended_at_ms INTEGER NOT NULL,
    wait_ms INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    hold_ms INTEGER NOT NULL,
    marketing_ms INTEGER NOT NULL,
    wrap_up_ms INTEGER NOT NULL,
    rona_count INTEGER NOT NULL,
    reason TEXT,
    customer_id TEXT,
    bridge TEXT NOT NULL,
    disposition_code TEXT,       -- what came of it, in the centre's own codes
    note TEXT,                   -- the same in the agent's words
    day TEXT GENERATED ALWAYS AS (date(ended_at_ms / 1000, 'unixepoch')) VIRTUAL,  -- UTC
    time TEXT GENERATED ALWAYS AS (time(ended_at_ms / 1000, 'unixepoch')) VIRTUAL,  -- UTC
    PRIMARY KEY (contact_id, seq, leg)
) STRICT"""

_QUEUE_ENTRIES = """
CREATE TABLE queue_entries (     -- one row per stay in a queue, there from its first moment
    entry_id INTEGER PRIMARY KEY,
    contact_id TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    queued_at_ms INTEGER NOT NULL,
    threshold_ms INTEGER NOT NULL,      -- of the service level, when it entered
    short_abandon_ms INTEGER NOT NULL,  -- likewise
    wait_ms INTEGER,             -- NULL while it waits
    ended_as TEXT,               -- accepted, abandoned, diverted, moved, removed; NULL: waits
    rona_count INTEGER NOT NULL
) STRICT"""

_REFUSALS = """
CREATE TABLE refusals (          -- one row per contact a queue did not take
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    contact_id TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    reason TEXT NOT NULL,        -- closed, full, no_staff
    destination TEXT
) STRICT"""

_AGENT_SPANS = """
CREATE TABLE agent_spans (       -- what signed-in agents did, one thing at a time, without overlap
    span_id INTEGER PRIMARY KEY,
    agent_id TEXT NOT NULL,
    activity TEXT NOT NULL,      -- ready, ringing, talk, hold, marketing, wrap_up, not_ready
    reason TEXT,                 -- why not ready
    from_ms INTEGER NOT NULL,
    until_ms INTEGER             -- NULL while it lasts
) STRICT"""

_AGENT_ANSWERS = """
CREATE TABLE agent_answers (     -- one row per contact accepted, and per RONA
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    answer TEXT NOT NULL         -- accepted, rona
) STRICT"""

_QUEUES = """
CREATE TABLE queues (            -- settings now in force, or last in force
    queue_id TEXT PRIMARY KEY,
    threshold_ms INTEGER NOT NULL,
    short_abandon_ms INTEGER NOT NULL,
    denominator TEXT NOT NULL,   -- arrived, accepted, arrived_less_short_abandons
    time_zone TEXT NOT NULL
) STRICT"""

_LIVE = (
    """
CREATE TABLE live_agents (       -- agents' own states, to go on from
    agent_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    reason TEXT,
    is_lost INTEGER NOT NULL
) STRICT""",
    """
CREATE TABLE live_assignments (  -- contacts in agents' hands, to go on from
    agent_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    PRIMARY KEY (agent_id, contact_id)
) STRICT""",
)

_META = """
CREATE TABLE meta (              -- always exactly one row
    id INTEGER PRIMARY KEY CHECK (id = 1),
    projected_seq INTEGER NOT NULL,     -- records up to here are in the tables
    projected_at_ms INTEGER NOT NULL,   -- time of that record
    is_paused INTEGER NOT NULL,         -- agents' timers stand still
    journal TEXT                        -- tenant/site/domain of the journal it is made from
) STRICT"""

_INDICES = (
    "CREATE INDEX outcomes_by_queued ON outcomes (queued_at_ms)",
    "CREATE INDEX outcomes_by_ended ON outcomes (ended_at_ms)",
    "CREATE INDEX queue_entries_by_queued ON queue_entries (queued_at_ms)",
    "CREATE INDEX queue_entries_waiting ON queue_entries (entry_id) WHERE ended_as IS NULL",
    "CREATE INDEX refusals_by_time ON refusals (at_ms)",
    "CREATE INDEX agent_spans_by_until ON agent_spans (until_ms)",
    "CREATE INDEX agent_answers_by_time ON agent_answers (at_ms)",
)

_VIEWS = (
    """
CREATE VIEW v_outcomes AS        -- outcomes with times as ISO text (UTC) and lengths in seconds
SELECT
    contact_id, leg, queue_id, agent_id, disposition, final, mode, reason, disposition_code,
    strftime('%Y-%m-%dT%H:%M:%SZ', queued_at_ms / 1000, 'unixepoch') AS queued_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', accepted_at_ms / 1000, 'unixepoch') AS accepted_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', ended_at_ms / 1000, 'unixepoch') AS ended_at,
    wait_ms / 1000.0 AS wait_s, talk_ms / 1000.0 AS talk_s, hold_ms / 1000.0 AS hold_s,
    marketing_ms / 1000.0 AS marketing_s, wrap_up_ms / 1000.0 AS wrap_up_s, rona_count
FROM outcomes""",
    """
CREATE VIEW v_agent_spans AS     -- agent_spans likewise; what lasts still ends at the last record
SELECT
    agent_id, activity, reason,
    strftime('%Y-%m-%dT%H:%M:%SZ', from_ms / 1000, 'unixepoch') AS began_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', until_ms / 1000, 'unixepoch') AS ended_at,
    (coalesce(until_ms, projected_at_ms) - from_ms) / 1000.0 AS lasted_s
FROM agent_spans, meta""",
)

CREATE: tuple[str, ...] = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
    _OUTCOMES,
    _QUEUE_ENTRIES,
    _REFUSALS,
    _AGENT_SPANS,
    _AGENT_ANSWERS,
    _QUEUES,
    *_LIVE,
    _META,
    "INSERT INTO meta VALUES (1, 0, 0, 0, NULL)",
    *_INDICES,
    *CREATE_MARKETING,
    *CREATE_QUALITY,
    *_VIEWS,
)
"""The statements that make an empty store."""

"""The outcome store's tables about products: presented, said, sold, to be done."""

from __future__ import annotations

_PRESENTATIONS = """
CREATE TABLE presentations (     -- one row per product of a round, from when it was selected
    seq INTEGER NOT NULL,        -- the journal's record that selected it
    at_ms INTEGER NOT NULL,      -- when it was selected
    round_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,      -- who had the contact
    queue_id TEXT,               -- the contact's last queue
    customer_id TEXT NOT NULL,
    segment TEXT,                -- the customer's, NULL: not known
    product_id TEXT NOT NULL,
    category TEXT NOT NULL,
    campaign TEXT,
    value_milli INTEGER NOT NULL,     -- of an acceptance, thousandths, when it was selected
    difficulty REAL,             -- its weight in the catalogue then; NULL: no catalogue was seen
    chance REAL NOT NULL,        -- predicted probability of acceptance
    propensity_ppb INTEGER NOT NULL,  -- probability of being selected, parts per billion
    mode TEXT NOT NULL,          -- marketing
    state TEXT NOT NULL,         -- selected, presented, released (not presented after all)
    presented_at_ms INTEGER,     -- NULL while it has not been presented
    reaction TEXT,               -- the latest; NULL: none recorded
    reacted_at_ms INTEGER,
    PRIMARY KEY (seq, product_id)
) STRICT"""

_REACTIONS = """
CREATE TABLE reactions (         -- one row per reaction and correction; the latest counts
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    round_id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,      -- who says so
    reaction TEXT NOT NULL,      -- accepted, interested, declined, not_now, never_again, ...
    previous TEXT,               -- the reaction that this corrects
    scope TEXT,                  -- of never again: product, category, everything
    reason TEXT,
    PRIMARY KEY (seq, round_id, product_id)
) STRICT"""

_SALES = """
CREATE TABLE sales (             -- one row per acceptance, and per cancellation of one
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    contact_id TEXT NOT NULL,
    round_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,      -- who recorded it
    product_id TEXT NOT NULL,
    value_milli INTEGER NOT NULL,  -- thousandths, when it was recorded
    is_cancelled INTEGER NOT NULL,
    PRIMARY KEY (seq, round_id, product_id)
) STRICT"""

_FOLLOW_UPS = """
CREATE TABLE follow_ups (        -- one row per follow-up set, and per one called off
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    contact_id TEXT NOT NULL,
    round_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    kind TEXT NOT NULL,          -- verification_call, follow_up
    is_cancelled INTEGER NOT NULL,
    PRIMARY KEY (seq, round_id, product_id, kind)
) STRICT"""

_DIFFICULTIES = """
CREATE TABLE difficulties (      -- all products' weights, each time any of them changed
    seq INTEGER NOT NULL,        -- the journal's record; the highest is in force
    at_ms INTEGER NOT NULL,
    version TEXT,                -- of the proposal they come from, as the catalogue says
    product_id TEXT NOT NULL,
    difficulty REAL NOT NULL,
    PRIMARY KEY (seq, product_id)
) STRICT"""

_AGENT_SESSIONS = """
CREATE TABLE agent_sessions (    -- one row per sign-in, and per change of team
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    team TEXT,
    PRIMARY KEY (seq, agent_id)
) STRICT"""

CREATE_MARKETING: tuple[str, ...] = (
    _PRESENTATIONS,
    _REACTIONS,
    _SALES,
    _FOLLOW_UPS,
    _DIFFICULTIES,
    _AGENT_SESSIONS,
    "CREATE INDEX presentations_by_round ON presentations (round_id, product_id, seq)",
    "CREATE INDEX presentations_by_time ON presentations (presented_at_ms)",
    "CREATE INDEX queue_entries_by_contact ON queue_entries (contact_id, entry_id)",
    "CREATE INDEX outcomes_by_customer ON outcomes (customer_id, queued_at_ms)",
)
"""The statements that make them, empty."""

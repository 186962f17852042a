"""The outcome store's tables about quality: answers of customers, schedules, times out of count."""

from __future__ import annotations

_SURVEYS = """
CREATE TABLE surveys (           -- one row per contact and question: the latest answer
    seq INTEGER NOT NULL,        -- the journal's record
    at_ms INTEGER NOT NULL,      -- when it came
    contact_id TEXT NOT NULL,
    question TEXT NOT NULL,      -- a code, '' where there is only one question
    score INTEGER NOT NULL,      -- from least to most, higher is more content
    least INTEGER NOT NULL,
    most INTEGER NOT NULL,
    PRIMARY KEY (contact_id, question)
) STRICT"""

_SCHEDULES = """
CREATE TABLE schedules (         -- what agents are to do, as last published, without overlap
    agent_id TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    activity TEXT NOT NULL,      -- work, break, other
    seq INTEGER NOT NULL,
    PRIMARY KEY (agent_id, from_ms)
) STRICT"""

_PAUSES = """
CREATE TABLE pauses (            -- times the engine was down or cut off: nobody's, in no span
    seq INTEGER PRIMARY KEY,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT"""

_REFUSED_REACTIONS = """
CREATE TABLE refused_reactions ( -- reactions to what might not be presented, or was not selected
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    contact_id TEXT NOT NULL,
    queue_id TEXT,               -- the contact's last queue
    agent_id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    reaction TEXT NOT NULL
) STRICT"""

CREATE_QUALITY: tuple[str, ...] = (
    _SURVEYS,
    _SCHEDULES,
    _PAUSES,
    _REFUSED_REACTIONS,
    "CREATE INDEX surveys_by_time ON surveys (at_ms)",
    "CREATE INDEX presentations_by_contact ON presentations (contact_id, product_id)",
    "CREATE INDEX schedules_by_until ON schedules (until_ms)",
    "CREATE INDEX agent_spans_by_agent ON agent_spans (agent_id, from_ms)",
    "CREATE INDEX outcomes_by_contact ON outcomes (contact_id, seq)",
    "CREATE INDEX agent_sessions_by_agent ON agent_sessions (agent_id, at_ms, seq)",
)
"""The statements that make them, empty."""

"""The audit: every act with who, when and what; from a real engine's records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from contacts.vocabulary import AtClosing, Mode
from outcomes.audit import ACTS, SUPERVISORS_ACTS, acts, latest_acts
from outcomes.journal import JournalDamaged
from router import events as e
from router import marketing_events as me
from service.cli import app
from service.commands.audit_words import act_in_words
from tests.outcomes.journal_rows import change
from tests.support.chaos import chaotic_desk
from tests.support.desk import MINUTE, START_MS, Desk, agent, queue
from tests.support.offers import catalogue
from tests.support.played_journal import write_journal

ZOE, SAM = "supervisor/zoe", "supervisor/sam"
RUN = CliRunner()

TOLD: list[tuple[type[e.Event], dict[str, Any], str, str]] = [
    (e.AgentReady, {"agent_id": "anna"}, ZOE, "agent anna set ready"),
    (e.AgentNotReady, {"agent_id": "anna", "reason": "training"}, ZOE,
     "agent anna set not ready: training"),
    (e.AgentSkillsChanged, {"agent_id": "anna", "skills": {"help": 2, "gold": 1}}, ZOE,
     "agent anna has the skills gold 1, help 2"),
    (e.AgentSkillsChanged, {"agent_id": "anna", "skills": {}}, ZOE,
     "agent anna has own skills again"),
    (e.ContactPrioritised, {"contact_id": "c1", "priority": 7}, SAM,
     "contact c1 given priority 7"),
    (e.ContactMoved, {"contact_id": "c1", "queue_id": "help"}, SAM,
     "contact c1 moved to queue help"),
    (e.ContactMoved, {"contact_id": "c1", "queue_id": "nowhere"}, SAM,
     "contact c1 moved to queue nowhere (refused: queue_unknown)"),
    (e.QueueClosed, {"queue_id": "help", "at_closing": AtClosing.SERVE}, ZOE,
     "queue help closed, who waits is served"),
    (e.QueueOpened, {"queue_id": "help"}, "engine/hours", "queue help opened"),
    (e.GateOverridden, {"queue_id": "help", "mode": Mode.SERVING, "for_ms": 90 * MINUTE}, ZOE,
     "the gate of queue help: serving, for 1h30"),
    (e.GateOverridden, {"mode": Mode.MARKETING}, ZOE,
     "the gates of all queues: marketing, until taken back"),
    (e.GateOverridden, {}, ZOE, "the gates of all queues: automatic again"),
    (e.EmergencyDeclared, {"reason": "flood"}, SAM, "emergency declared: flood"),
    (e.EmergencyCleared, {}, SAM, "emergency cleared"),
    (e.AlarmAcknowledged, {"alarm_id": "rona:anna:17"}, ZOE,
     "alarm rona:anna:17 acknowledged"),
    (e.ContactTransferred, {"contact_id": "c2", "to_queue_id": "help"}, "agent/dora",
     "contact c2 transferred to queue help"),
    (e.ContactTransferred, {"contact_id": "c2", "agent_id": "anna", "to_agent_id": "ben"},
     "bridge/pbx",
     "contact c2 transferred by agent anna to agent ben (refused: contact_not_with_agent)"),
    (e.AgentSignOutForced, {"agent_id": "anna"}, SAM, "agent anna signed out"),
]  # fmt: skip
"""What is told a minute apart, by whom, and the words it must be given."""

QUEUES = (queue("gold", requires={"gold": 1}), queue("help"))
PEOPLE = (agent("anna", sales=1), agent("dora", gold=1))


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of all acts, with what agents and bridges do in between.

    Dora talks to c2 and c1 waits for her; anna is signed in and not ready.
    """
    desk = Desk(*QUEUES, agents=PEOPLE, ready="dora")
    desk.talk("c2", "gold")
    desk.arrive("c1", "gold")
    desk.sign_in("anna", ready=False)
    desk.not_ready("anna", "lunch")
    for kind, fields, source, _ in TOLD:
        desk.wait(MINUTE)
        desk.tell(kind, source=source, **fields)
    desk.wait(MINUTE)
    desk.tell(me.CatalogueChanged, source="engine/configuration", catalogue=catalogue())
    desk.configure(queue("gold", requires={"gold": 1}, max_waiting=7), QUEUES[1], agents=PEOPLE)
    path = tmp_path_factory.mktemp("audit") / "journal.db"
    return write_journal(path, desk.records)


def test_every_act_is_there_in_words_with_who_and_when(journal: Path) -> None:
    found = [(one.at_ms, one.by, act_in_words(one)) for one in acts(journal)]
    assert found[1:-2] == [
        (START_MS + number * MINUTE, source, words)
        for number, (_, _, source, words) in enumerate(TOLD, 1)
    ]
    assert {one.type for one in acts(journal)} == ACTS | SUPERVISORS_ACTS
    assert found[0][2].startswith("new settings: queues[gold] added; queues[help] added")
    assert found[-2][2] == f"another catalogue: {'; '.join(product_ids())}"
    assert found[-1][2] == "new settings: queues[gold].max_waiting: unset -> 7"


def product_ids() -> list[str]:
    return [one["product_id"] for one in catalogue()["products"]]


def test_by_client_and_by_time(journal: Path) -> None:
    sams = [one.by for one in acts(journal, by="sam")]
    assert sams == [SAM] * sum(source == SAM for _, _, source, _ in TOLD)
    assert list(acts(journal, by="sam")) == list(acts(journal, by=SAM))
    assert list(acts(journal, by="supervisor/nobody")) == []
    some = acts(journal, START_MS + 3 * MINUTE, START_MS + 5 * MINUTE)
    assert [one.at_ms for one in some] == [START_MS + 3 * MINUTE, START_MS + 4 * MINUTE]


def test_the_latest_are_the_same_newest_first(journal: Path) -> None:
    everything = list(acts(journal))
    assert latest_acts(journal, limit=1_000) == everything[::-1]
    assert latest_acts(journal, limit=4) == everything[:-5:-1]
    assert latest_acts(journal, limit=1_000, most_records=1) == everything[-1:]


def test_the_command(journal: Path) -> None:
    text = RUN.invoke(app, ["journal", "audit", str(journal), "--by", "zoe"])
    assert text.exit_code == 0
    first = text.stdout.splitlines()[0]
    assert first.split(maxsplit=2) == [
        "2023-11-14T22:14:20.000+00:00",
        ZOE,
        "agent anna set ready",
    ]
    as_json = RUN.invoke(app, ["journal", "audit", str(journal), "--from", first[:29], "--json"])
    lines = [json.loads(line) for line in as_json.stdout.splitlines()]
    assert len(lines) == len(TOLD) + 2
    assert lines[1]["fields"] == {"agent_id": "anna", "reason": "training"}
    wrong = RUN.invoke(app, ["journal", "audit", str(journal), "--to", "yesterday"])
    assert wrong.exit_code == 2


def test_a_random_history_is_all_in_words(tmp_path: Path) -> None:
    desk = chaotic_desk(11, steps=2_000)
    path = write_journal(tmp_path / "journal.db", desk.records)
    found = list(acts(path))
    assert len(found) > 100
    assert not [one for one in found if act_in_words(one).startswith(one.type)]
    theirs = [one for one in found if one.type in SUPERVISORS_ACTS]
    assert theirs
    assert all(one.by.startswith("supervisor/") for one in theirs)


def test_damage_stops_it_and_what_was_pruned_is_not_guessed(tmp_path: Path, journal: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(journal.read_bytes())
    change(path, "UPDATE records SET body = replace(body, 'training', 'lunch')")
    with pytest.raises(JournalDamaged):
        list(acts(path))
    assert RUN.invoke(app, ["journal", "audit", str(path)]).exit_code == 1
    change(path, "DELETE FROM records WHERE seq < 10")
    change(
        path,
        "UPDATE journal SET pruned_seq = 9, pruned_checksum = 0",
    )
    last = latest_acts(path, limit=1)[0]
    assert act_in_words(last) == "new settings: what they change is not known any more"

"""Modes shown: what the gate would answer, remembered per price; the last changes of each queue."""

from __future__ import annotations

from bus.snapshots import WaitingSnapshot
from contacts.vocabulary import Mode
from router import events as e
from router.gatekeeper import decide
from service.retained import Paced
from service.shown_modes import CHANGES_KEPT, ShownModes, _Answers
from tests.support.chaos import chaotic_desk
from tests.support.desk import Desk, agent, queue


def test_answers_asked_once_a_price_are_the_gates() -> None:
    asked = 0
    for seed in range(6):
        state = chaotic_desk(seed, steps=300).state
        answers = _Answers(state)
        for one in state.agents.values():
            for assignment in one.assignments.values():
                for more_load in (0, 1, 3):
                    wanted = decide(state, assignment, more_load)
                    assert answers.ask(assignment, more_load) == (wanted.granted, wanted.reason)
                    asked += 1
    assert asked > 50


def test_the_latest_changes_are_kept_newest_first() -> None:
    desk = Desk(queue("cards", gate={"policy": "always"}), agents=[agent("anna")])
    modes = ShownModes()
    shown = [modes.see(desk.state, desk.state.queues["cards"], 0)]
    for number in range(CHANGES_KEPT + 3):
        declared = number % 2 == 0
        kind = e.EmergencyDeclared if declared else e.EmergencyCleared
        desk.tell(kind, source="supervisor/zoe", **({"reason": "fire"} if declared else {}))
        shown.append(modes.see(desk.state, desk.state.queues["cards"], number + 1))
        modes.see(desk.state, desk.state.queues["cards"], number + 100)
    changes = list(modes.changes["cards"])
    assert [one.at_ms for one in changes] == list(range(CHANGES_KEPT + 3, 3, -1))
    assert [(one.mode, one.reason) for one in changes] == shown[: -CHANGES_KEPT - 1 : -1]
    again = ShownModes()
    again.restore({"cards": changes})
    again.see(desk.state, desk.state.queues["cards"], 999)
    assert list(again.changes["cards"]) == changes
    assert {one.mode for one in changes} == {Mode.SERVING, Mode.MARKETING}


def waiting(total: int, at_ms: int) -> WaitingSnapshot:
    return WaitingSnapshot(
        epoch=1, sequence=at_ms, at_ms=at_ms, queue_id="cards", total=total, contacts=[]
    )


def test_a_picture_is_shown_at_most_every_so_often_and_only_if_it_differs() -> None:
    paced = Paced(every_ms=1_000)
    paced.changed.add("cards")
    assert paced.due(0) == ["cards"]
    assert paced.is_news("cards", waiting(1, 0))
    paced.changed.add("cards")
    assert paced.due(999) == []
    assert paced.due(1_000) == ["cards"]
    assert not paced.is_news("cards", waiting(1, 1_000))
    assert paced.is_news("cards", waiting(2, 1_001))
    paced.forget(["cards"])
    assert paced.due(1_002) == ["cards"]
    assert paced.is_news("cards", waiting(2, 1_002))
    paced.drop("cards")
    assert paced.due(9_000) == []

"""Contacts in hand, counted decision by decision, are those that the state has."""

from __future__ import annotations

from collections import Counter

from service.in_hand import InHand
from tests.support.chaos import Chaos
from tests.support.desk import Desk, agent, queue


def test_they_are_those_of_the_state_after_any_events() -> None:
    desk = Desk(queue("sales"), agents=[agent("anna")])
    chaos, in_hand, taken, seen = Chaos(desk, seed=5), InHand(), 0, 0
    for _ in range(4_000):
        chaos.step()
        for record in desk.records[taken:]:
            for one in record.decisions:
                agent_id, contact_id = (getattr(one, n, None) for n in ("agent_id", "contact_id"))
                if agent_id is not None and contact_id is not None:
                    in_hand.look(desk.state, agent_id, contact_id)
        taken = len(desk.records)
        whole = InHand()
        whole.begin(desk.state)
        assert +in_hand.reserved == whole.reserved
        assert +in_hand.in_service == whole.in_service
        assert in_hand.with_customer == whole.with_customer
        seen += len(whole.with_customer)
    assert seen > 1_000
    assert isinstance(in_hand.reserved, Counter)

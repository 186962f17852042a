"""Which agent for a contact, which contact for an agent."""

from __future__ import annotations

from router import events as e
from tests.support.desk import MINUTE, SECOND, Desk, agent, queue


def served(desk: Desk, agent_id: str, contact_id: str, seconds: int) -> None:
    """Let the agent, alone ready, handle a contact of this length."""
    desk.arrive(contact_id)
    assert desk.holder(contact_id) == agent_id
    desk.accept(contact_id)
    desk.wait(seconds * SECOND)
    desk.end(contact_id)


def test_only_agents_with_every_skill_at_its_level() -> None:
    desk = Desk(
        queue(requires={"sales": 3, "french": 1}),
        agents=[agent("anna", sales=9), agent("ben", sales=2, french=9), agent("carla")],
        ready="anna ben carla",
    )
    desk.arrive("c1")
    assert desk.where("c1") == "waiting"
    desk.configure(
        queue(requires={"sales": 3, "french": 1}), agents=[agent("ben", sales=3, french=1)]
    )
    assert desk.where("c1") == "ben reserved"


def test_a_contacts_own_requirements_add_to_the_queues() -> None:
    desk = Desk(
        queue(requires={"sales": 2}),
        agents=[agent("anna", sales=2), agent("ben", sales=5), agent("carla", sales=4, french=3)],
        ready="anna ben carla",
    )
    desk.arrive("expert", requires={"sales": 5})
    assert desk.where("expert") == "ben reserved"
    desk.arrive("french", requires={"french": 3})
    assert desk.where("french") == "carla reserved"
    desk.arrive("lower", requires={"sales": 1})
    assert desk.where("lower") == "anna reserved", "the queue's level is the lowest"


def test_a_contact_nobody_present_can_serve_does_not_hold_up_the_others() -> None:
    desk = Desk(agents=[agent("anna")])
    desk.arrive("french", requires={"french": 1})
    desk.arrive("c2")
    desk.sign_in("anna")
    assert (desk.where("french"), desk.where("c2")) == ("waiting", "anna reserved")


def test_longest_idle() -> None:
    desk = Desk(ready="anna ben")
    desk.talk("c1")
    desk.wait(SECOND)
    desk.end("c1")
    desk.arrive("c2")
    assert desk.where("c2") == "ben reserved"


def test_an_unblamed_time_out_ends_the_idleness() -> None:
    desk = Desk(ready="anna ben")
    desk.arrive("c1")
    desk.wait(20 * SECOND)
    assert desk.where("c1") == "ben reserved"


def test_least_occupied() -> None:
    desk = Desk(queue(strategy="least_occupied"), ready="anna")
    served(desk, "anna", "c1", 30)
    desk.not_ready("anna")
    desk.sign_in("ben")
    served(desk, "ben", "c2", 20)
    desk.wait(80 * SECOND)
    desk.not_ready("ben")
    desk.ready("ben")
    desk.ready("anna")
    desk.arrive("c3")
    assert desk.where("c3") == "ben reserved", "20 s of 100, against 30 s of 130"


def test_round_robin() -> None:
    desk = Desk(queue(strategy="round_robin"), ready="anna ben carla")
    order = []
    for number in range(6):
        contact_id = f"c{number}"
        desk.arrive(contact_id)
        order.append(desk.holder(contact_id))
        desk.end(contact_id)
    assert order == ["anna", "ben", "carla"] * 2


def test_fastest() -> None:
    desk = Desk(queue(strategy="fastest"), ready="anna")
    served(desk, "anna", "c1", 60)
    desk.not_ready("anna")
    desk.sign_in("ben")
    served(desk, "ben", "c2", 20)
    desk.ready("anna")
    for _ in range(2):
        desk.arrive("c3")
        assert desk.where("c3") == "ben reserved"
        desk.end("c3")


def test_most_skilled_counts_only_the_skills_asked_for() -> None:
    desk = Desk(
        queue(strategy="most_skilled", requires={"sales": 1}),
        agents=[agent("anna", sales=3, french=10), agent("ben", sales=4), agent("carla", sales=4)],
        ready="anna",
    )
    desk.wait(SECOND)
    desk.sign_in("ben")
    desk.sign_in("carla")
    for contact_id, who in (("c1", "ben"), ("c2", "carla"), ("c3", "anna")):
        desk.arrive(contact_id)
        assert desk.where(contact_id) == f"{who} reserved"


def test_first_come_first_served() -> None:
    desk = Desk()
    for number in range(3):
        desk.arrive(f"c{number}")
    desk.sign_in("anna")
    assert desk.where("c0") == "anna reserved"
    desk.end("c0")
    assert desk.where("c1") == "anna reserved"


def test_priority_is_worth_its_step_of_waiting_and_no_more() -> None:
    desk = Desk(queue(priority_step_ms=MINUTE))
    desk.arrive("old")
    desk.wait(61 * SECOND)
    desk.arrive("vip", priority=1)
    desk.wait(SECOND)
    desk.arrive("gold", priority=2)
    desk.sign_in("anna")
    order = []
    for _ in range(3):
        order.append(next(iter(desk.agent("anna").assignments)))
        desk.end(order[-1])
    assert order == ["gold", "old", "vip"]


def test_strict_priority_beats_any_wait() -> None:
    desk = Desk(queue(strict_priority=True, priority_step_ms=None))
    desk.arrive("old")
    desk.wait(7 * 24 * 60 * MINUTE)
    desk.arrive("vip", priority=1)
    desk.sign_in("anna")
    assert desk.where("vip") == "anna reserved"


def test_a_queues_own_priority_counts_for_contacts_without_one() -> None:
    desk = Desk(queue("sales"), queue("gold", priority=2))
    desk.arrive("c1")
    desk.wait(MINUTE)
    desk.arrive("c2", "gold")
    desk.arrive("c3", "gold", priority=0)
    desk.sign_in("anna")
    assert desk.where("c2") == "anna reserved"


def test_wait_credit_gives_back_a_place_in_the_line() -> None:
    desk = Desk()
    desk.arrive("c1")
    desk.wait(SECOND)
    desk.arrive("returned", wait_credit_ms=MINUTE)
    assert desk.receipt.position == 1
    desk.sign_in("anna")
    assert desk.where("returned") == "anna reserved"
    desk.accept("returned")
    desk.end("returned")
    assert desk.outcomes("returned")[0].wait_ms == 0, "the true wait is without credit"


def test_longest_wait_across_queues() -> None:
    desk = Desk(queue("sales"), queue("help"), queue("gold"))
    desk.arrive("h", "help")
    desk.wait(1)
    desk.arrive("s", "sales")
    desk.wait(1)
    desk.arrive("g", "gold")
    desk.sign_in("anna")
    order = []
    for _ in range(3):
        order.append(next(iter(desk.agent("anna").assignments)))
        desk.end(order[-1])
    assert order == ["h", "s", "g"]


def test_after_a_reload_the_longest_wait_goes_first_whatever_the_order_of_queues() -> None:
    queues = (queue("first", requires={"x": 1}), queue("second", requires={"x": 1}))
    desk = Desk(*queues, agents=[agent("anna")], ready="anna")
    desk.arrive("old", "second")
    desk.wait(SECOND)
    desk.arrive("new", "first")
    desk.configure(*queues, agents=[agent("anna", x=1)])
    assert (desk.where("old"), desk.where("new")) == ("anna reserved", "waiting")


def test_the_longest_idle_agent_for_every_line_of_a_queue() -> None:
    """An agent found through one line is gone from all others."""
    desk = Desk(
        queue("sales"),
        queue("chat", channel="chat"),
        agents=[agent("anna", french=5), agent("ben")],
        ready="anna ben",
    )
    desk.arrive("c1", requires={"french": 1})
    assert desk.where("c1") == "anna reserved"
    desk.arrive("c2", "chat")
    assert desk.where("c2") == "ben reserved"


def test_a_recycled_agent_id_keeps_its_place_in_one_pool_only() -> None:
    desk = Desk(queue("sales", requires={"sales": 1}), queue("help", requires={"help": 1}))
    desk.sign_in("guest", skills={"sales": 1})
    desk.sign_out("guest")
    desk.sign_in("guest", skills={"help": 1})
    desk.arrive("c1")
    desk.arrive("c2", "help")
    assert (desk.where("c1"), desk.where("c2")) == ("waiting", "guest reserved")


def test_a_freed_agent_is_offered_what_waits_after_any_way_of_ending() -> None:
    desk = Desk()
    desk.arrive("c1")
    desk.arrive("c2")
    desk.sign_in("anna")
    desk.tell(e.ContactEnded, contact_id="c1")
    assert desk.where("c2") == "anna reserved"

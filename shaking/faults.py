"""The faults: what each kind does to a running centre."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from router.apply import apply_record
from router.snapshot import dump_state, load_state
from service.recovery import load_newest, record_of
from shaking.broker import Trouble
from shaking.journal import SimulatedSnapshots

if TYPE_CHECKING:
    from shaking.run import Run


def kill(run: Run, pick: Random) -> None:
    """`kill -9`, or a power cut: the process is gone between two steps."""
    run.kill(pick.choice(("nothing", "all", "torn")), pick.randrange(1, 10_000))
    run.restart_after(pick.choice((0.2, 1.0, 4.0)))


def stop(run: Run, pick: Random) -> None:
    """An ordered stop, and a new start."""
    if run.process is not None:
        run.process.stop()


def freeze(run: Run, pick: Random) -> None:
    """The process does nothing for a while (SIGSTOP, a swapping machine), then goes on."""
    if run.process is not None:
        run.process.freeze(pick.choice((0.5, 2.0, 6.0)))


def second_engine(run: Run, pick: Random) -> None:
    """The engine is frozen, a second one is started beside it; then the first comes back.

    The second cannot have the journal as long as the first lives, frozen or not. Half the time the
    first is killed then, and bytes it had sent still arrive.
    """
    if run.process is None:
        return
    run.process.freeze(pick.choice((2.0, 5.0)))
    run.try_second()
    if pick.random() < 0.5:
        run.world.later(1.0, kill, run, Random(pick.randrange(2**31)))


def broker_restart(run: Run, pick: Random) -> None:
    """The broker goes down and comes back, with or without what it retained."""
    run.broker.restart(pick.choice((0.1, 1.0, 4.0)), is_persistent=pick.random() < 0.5)


def broker_silent(run: Run, pick: Random) -> None:
    """The broker's connections stand and nothing comes of what is sent, for a while."""
    until_s = run.world.now_s + pick.choice((0.5, 3.0, 6.0))
    run.broker.silent_until_s = max(run.broker.silent_until_s, until_s)  # else late ones overtake


def engine_link_cut(run: Run, pick: Random) -> None:
    """The engine's link to the broker is lost."""
    if run.broker.wire is not None:
        run.broker.wire.cut("the network was cut")


def bridge_link_cut(run: Run, pick: Random) -> None:
    """A bridge's link to the broker is lost."""
    bridge = pick.choice(run.bridges)
    if bridge.is_connected:
        bridge.on_link_lost()


def messages_troubled(run: Run, pick: Random) -> None:
    """For a while messages to the engine are lost, doubled, late and out of order."""
    run.broker.trouble = Trouble(
        lost=pick.choice((0.0, 0.2)),
        doubled=pick.choice((0.1, 0.4)),
        delayed=pick.choice((0.1, 0.4)),
        delay_s=pick.choice((0.3, 4.0)),
    )

    def over() -> None:
        run.broker.trouble = Trouble()

    run.world.later(pick.uniform(3.0, 12.0), over)


def disk_fails(run: Run, pick: Random) -> None:
    """Nothing can be written for a while: no space, or the disk reports errors."""
    run.disk.failing = "there is no space left on its disk"

    def over() -> None:
        run.disk.failing = ""

    run.world.later(pick.choice((0.1, 2.0, 5.0)), over)


def disk_slow(run: Run, pick: Random) -> None:
    """Every sync takes much longer for a while."""
    run.disk.slowness = pick.choice((10.0, 60.0))

    def over() -> None:
        run.disk.slowness = 1.0

    run.world.later(pick.uniform(2.0, 6.0), over)


def clock_step(run: Run, pick: Random) -> None:
    """The machine's clock is set, forward or back."""
    run.world.wall_offset_ms += pick.choice((-3_600_000, -5_000, 2_000, 90_000))


def agents_vanish(run: Run, pick: Random) -> None:
    """Some agents' desktops are gone, and come back before their grace is over, or after it."""
    for agent in pick.sample(run.agents, pick.randrange(1, 5)):
        agent.vanish(pick.choice((1.0, 3.0, 8.0, 20.0)))


def reload(run: Run, pick: Random) -> None:
    """The configuration is changed and reloaded."""
    run.variant += 1
    if run.process is not None and run.process.service.is_started and not run.process.is_frozen:
        run.in_process(lambda service: service.reload(run.settings()))


def snapshot(run: Run, pick: Random) -> None:
    """The follower writes a snapshot; sometimes it is damaged, and an older one must do."""
    shelf = SimulatedSnapshots(run.disk)
    state = load_state(dump_state(load_newest(shelf, run.disk.end.seq)))
    for row in run.disk.rows[state.seq :]:
        apply_record(state, record_of(row))
    path = shelf.write(state.seq, dump_state(state))
    if pick.random() < 0.3:
        whole = run.disk.snapshots[path.name]
        run.disk.snapshots[path.name] = whole[: pick.randrange(len(whole))]


def supervisor(run: Run, pick: Random) -> None:
    """A supervisor does something to an agent, a queue, a gate, or all of marketing."""
    agent_id, queue_id = pick.choice(run.agents).agent_id, pick.choice(("cards", "loans"))
    say = run.supervisor.send
    act = pick.randrange(6)
    if act == 0:
        say("agent_sign_out_forced", agent_id=agent_id)
    elif act == 1:
        say("agent_not_ready", agent_id=agent_id, reason="training")
    elif act == 2:
        say("gate_overridden", queue_id=queue_id, mode="marketing", for_ms=10_000)
    elif act == 3:
        say("emergency_declared", reason="flood")
        run.world.later(3.0, say, "emergency_cleared")
    elif act == 4:
        say("queue_closed", queue_id=queue_id, at_closing=pick.choice(("serve", "divert")))
        run.world.later(3.0, lambda: say("queue_opened", queue_id=queue_id))
    elif run.engine_contacts():
        say("contact_moved", contact_id=pick.choice(run.engine_contacts()), queue_id=queue_id)


KINDS: dict[str, Callable[[Run, Random], None]] = {
    one.__name__: one
    for one in (
        kill,
        stop,
        freeze,
        second_engine,
        broker_restart,
        broker_silent,
        engine_link_cut,
        bridge_link_cut,
        messages_troubled,
        disk_fails,
        disk_slow,
        clock_step,
        agents_vanish,
        reload,
        snapshot,
        supervisor,
    )
}
"""What `plan.FAULTS` names."""

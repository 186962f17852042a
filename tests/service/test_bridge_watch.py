"""Bridges that send heartbeats: silence closes the gates, for good only while they are expected."""

from __future__ import annotations

from config.routing import RoutingSettings
from config.settings import TidegateSettings
from router.engine import Engine
from router.events import ConfigurationChanged, EngineStarted
from service.bridge_watch import GONE_AFTER_S, BridgeWatch
from service.clock import TickedClock
from service.desk import Desk
from service.entry import Entry
from service.wiring import topic_space

PBX = "bridge/pbx-1"


class Watched:
    """A watch with a clock of its own."""

    def __init__(self) -> None:
        self.now_s = 0.0
        told: list[Entry] = []
        space = topic_space(TidegateSettings())
        self.desk = Desk(Engine(), TickedClock(), space, told.append, is_ticked=True)
        self.desk.tell(EngineStarted(event_id="", at_ms=0, epoch=1))
        routing = RoutingSettings().model_dump(mode="json")
        self.desk.tell(ConfigurationChanged(event_id="start", at_ms=0, settings=routing))
        self.watch = BridgeWatch(self.desk, lambda: self.now_s)

    def silent_after(self, seconds: float) -> bool:
        self.now_s += seconds
        self.watch.look()
        return PBX in self.desk.engine.state.silent_bridges


def test_silence_is_told_once_it_is_long_enough_and_any_message_ends_it() -> None:
    one = Watched()
    one.watch.heartbeat(PBX, is_last=False)
    assert not one.silent_after(0.9)
    assert one.silent_after(0.2)
    one.watch.heard(PBX)
    assert not one.silent_after(0.5)


def test_who_never_sent_a_heartbeat_or_the_last_one_is_not_expected() -> None:
    one = Watched()
    one.watch.heard(PBX)
    assert not one.silent_after(60)
    one.watch.heartbeat(PBX, is_last=False)
    one.watch.heartbeat(PBX, is_last=True)
    assert not one.silent_after(60)


def test_a_bridge_that_stays_away_is_gone_in_the_end() -> None:
    one = Watched()
    one.watch.heartbeat(PBX, is_last=False)
    assert one.silent_after(10)
    assert not one.silent_after(GONE_AFTER_S)

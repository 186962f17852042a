"""The demo's player: lets callers, agents and engine take turns, at the pace that was asked for.

Everything happens at moments of the simulated day. At each, first the engine does what is due by
itself, then callers and agents act one after the other, and each time the answers are given before
anything else happens. The machine's clock only decides how long to wait between moments: so every
speed gives the same day.
"""

import asyncio
import time

from simulation.demo_day import DemoDay
from simulation.demo_link import EngineLink, Heard
from simulation.demo_messages import ClientMessage

SHORTEST_SLEEP_S = 0.002


class Player:
    """Plays `day` against the engine; `speed` is simulated seconds a second, 0: no waiting.

    `midnight_ms` is the day's midnight in Unix milliseconds; `now_ms` counts from there.
    """

    def __init__(self, day: DemoDay, link: EngineLink, midnight_ms: int, speed: float) -> None:
        self.day = day
        self.now_ms = day.plan.open_hours.from_ms
        self._link = link
        self._midnight_ms = midnight_ms
        self._speed = speed
        self._started_s, self._began_ms = 0.0, self.now_ms
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Stop after what is under way."""
        self._stop.set()

    def set_speed(self, speed: float) -> None:
        """Go on at another speed."""
        self._speed = speed
        self._started_s, self._began_ms = time.monotonic(), self.now_ms

    @property
    def was_stopped(self) -> bool:
        """The day was not played to its end."""
        return self._stop.is_set() and not self.day.is_over

    async def play(self) -> None:
        """Play until the day is over or `stop`. Raises as `EngineLink.send` does."""
        self.set_speed(self._speed)
        while not self.day.is_over and not self._stop.is_set():
            deadline_ms = self._deadline_ms()
            moment_ms = min(self.day.next_ms(), deadline_ms or self.day.next_ms())
            await self._wait_until(moment_ms)
            if self._stop.is_set():
                return
            self.now_ms = max(self.now_ms, moment_ms)
            if deadline_ms is not None and deadline_ms <= moment_ms:
                await self._respond(await self._link.tick(self._midnight_ms + moment_ms))
            else:
                await self._tell(self.day.act())
        if self.day.is_over:
            await self._tell(self.day.go_home())

    def _deadline_ms(self) -> int | None:
        deadline_ms = self._link.next_deadline_ms
        return None if deadline_ms is None else deadline_ms - self._midnight_ms

    async def _tell(self, messages: list[ClientMessage]) -> None:
        """Send messages and answer what comes of them, until nothing more does."""
        if messages:
            at_ms = self._midnight_ms + self.now_ms
            await self._respond(await self._link.send(at_ms, messages))

    async def _respond(self, heard: list[Heard]) -> None:
        answers = []
        for role, decision in heard:
            answers += self.day.hear(role, decision, self.now_ms)
        refused, self._link.refused = self._link.refused, []
        for message in refused:
            answers += self.day.refused(message, self.now_ms)
        await self._tell(answers)

    async def _wait_until(self, moment_ms: int) -> None:
        """Sleep until it is time by the machine's clock; being late is made up for later."""
        if self._speed == 0:
            return
        due_s = self._started_s + (moment_ms - self._began_ms) / 1000 / self._speed
        left_s = due_s - time.monotonic()
        if left_s > SHORTEST_SLEEP_S:
            try:
                async with asyncio.timeout(left_s):
                    await self._stop.wait()
            except TimeoutError:
                return

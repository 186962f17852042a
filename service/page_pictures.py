"""Pictures of the pages, taken from a real browser while the demo plays its day."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from service.demo_dashboard import DemoDashboard
from simulation.demo_people import Doing
from simulation.demo_player import Player

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDTH, HEIGHT = 1400, 900
SETTLES_MS = 2_500
"""How long a page may take to show what it has just loaded."""
LOOK_EVERY_S = 0.005
REAL_TIME = 1.0
JUST_BEGUN_MS = 5_000


class BrowserMissingError(RuntimeError):
    """What is missing to take pictures, and how to get it."""


class Shot(NamedTuple):
    """One picture: the page, the language's tag, the colour scheme, and the zoom."""

    name: str
    path: str
    locale: str = "en-GB"
    scheme: str = "light"
    zoom: int = 1


WALL = (
    Shot("wall-en", "/"),
    Shot("wall-en-dark", "/", scheme="dark"),
    Shot("wall-zh", "/", locale="zh-CN"),
    Shot("wall-en-200", "/", zoom=2),
)
DESKTOP = (
    Shot("desktop-en", "/desktop"),
    Shot("desktop-en-dark", "/desktop", scheme="dark"),
    Shot("desktop-zh", "/desktop", locale="zh-CN"),
    Shot("desktop-en-200", "/desktop", zoom=2),
)
LOGIN = (Shot("login-en", "/login"), Shot("login-zh", "/login", locale="zh-CN"))


def find_browser() -> str:
    """Return the path of a browser. Raises `BrowserMissingError`."""
    try:
        import playwright  # noqa: F401
    except ImportError as error:
        raise BrowserMissingError(
            "pictures need the package playwright; pip install 'tidegate[screenshots]'"
        ) from error
    for name in BROWSERS:
        if (found := shutil.which(name)) is not None:
            return found
    raise BrowserMissingError(
        "there is no Chromium in PATH; on Debian and Ubuntu: apt-get install chromium"
    )


class Photographer:
    """Takes all pictures at `at_ms` of the day, as soon as an agent presents products."""

    def __init__(self, browser: str, pages: DemoDashboard, directory: Path, at_ms: int) -> None:
        self.taken: list[Path] = []
        self._browser = browser
        self._pages = pages
        self._directory = directory
        self._at_ms = at_ms

    @asynccontextmanager
    async def while_playing(
        self, player: Player, say: Callable[[str], None]
    ) -> AsyncIterator[None]:
        """Beside the player: wait for the moment, take the pictures, stop the player."""
        work = asyncio.create_task(self._work(player, say))
        work.add_done_callback(lambda _: player.stop())
        yield
        await work

    async def _work(self, player: Player, say: Callable[[str], None]) -> None:
        while (agent_id := self._who_presents(player)) is None:
            if player.day.is_over:
                return
            await asyncio.sleep(LOOK_EVERY_S)
        player.set_speed(REAL_TIME)
        from playwright.async_api import async_playwright

        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=self._browser, args=list(SWITCHES)
            )
            desktop = self._pages.desktops[agent_id]
            for link, shots in ((desktop, DESKTOP), (self._pages.wall, WALL), (None, LOGIN)):
                state = await _logged_in(browser, link)
                for shot in shots:
                    say(shot.name)
                    await self._take(browser, state, shot)
            await browser.close()

    def _who_presents(self, player: Player) -> str | None:
        if player.now_ms < self._at_ms:
            return None
        for one in player.day.agents.values():
            if one.doing is Doing.OFFERING and player.now_ms - one.since_ms < JUST_BEGUN_MS:
                return one.agent_id
        return None

    async def _take(self, browser: Any, state: Any, shot: Shot) -> None:
        context = await browser.new_context(
            storage_state=state,
            locale=shot.locale,
            color_scheme=shot.scheme,
            viewport={"width": WIDTH // shot.zoom, "height": HEIGHT // shot.zoom},
            device_scale_factor=shot.zoom,
        )
        page = await context.new_page()
        await page.goto(f"{self._pages.address}{shot.path}")
        await page.wait_for_timeout(SETTLES_MS)
        file = self._directory / f"{shot.name}.png"
        await page.screenshot(path=file)
        self.taken.append(file)
        await context.close()


async def _logged_in(browser: Any, link: str | None) -> Any:
    """Return the cookies of a session, begun by a link that logs in; None: no session."""
    if link is None:
        return None
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(link)
    state = await context.storage_state()
    await context.close()
    return state

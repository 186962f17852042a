"""Who may see what, whether everybody can use it, and in their language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.support.browser import MESSAGES, Centre, button, running_centre, sees

pytestmark = [pytest.mark.mosquitto, pytest.mark.browser]

GRAVE = {"serious", "critical"}


async def faults(page: Page) -> list[str]:
    """Return what axe-core finds grave on a page."""
    found: dict[str, Any] = (await Axe().run(page)).response
    return [
        f"{one['id']}: {node['html']}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


async def busy_desktop(centre: Centre) -> Page:
    """Return a desktop in the middle of marketing."""
    page = await centre.page("anna")
    await button(page, centre.words("desk.sign_in")).click()
    await sees(page, centre.words("desk.idle_ready"))
    await centre.arrive("c1")
    await button(page, centre.words("desk.accept")).click()
    await button(page, centre.words("desk.service_completed")).click()
    await button(page, centre.words("offers.present")).click()
    await sees(page, centre.words("offers.presented"))
    return page


def english_sentences() -> list[str]:
    """Return the pages' English texts of some length, without those that have values in them."""
    messages: dict[str, str] = json.loads((MESSAGES / "en.json").read_text())
    return [text for text in messages.values() if len(text) > 6 and "{" not in text]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_no_grave_fault_and_no_english_in_chinese(tmp_path: Path, language: str) -> None:
    async with running_centre(tmp_path, language) as centre:
        words = centre.words
        pages = [await centre.page(), await busy_desktop(centre), await centre.page("boss")]
        await centre.arrive("c2", queue_id="loans")
        await sees(pages[2], words("alarm.nobody_signed_in"))
        for page in pages:
            for theme in ("app.to_dark", "app.to_light"):
                assert await faults(page) == []
                await page.get_by_role("button", name=words(theme)).click()
            if language == "zh":
                shown = await page.locator("body").inner_text()
                assert [text for text in english_sentences() if text in shown] == []


async def test_a_reader_has_no_acts_and_an_agent_no_wall(tmp_path: Path) -> None:
    async with running_centre(tmp_path) as centre:
        words, reader = centre.words, await centre.page("guest")
        await expect(reader.get_by_role("row", name="cards").first).to_be_visible()
        for act in ("gate.override_all", "queues.close_act", "emergency.declare"):
            await expect(reader.get_by_role("button", name=words(act))).to_have_count(0)
        agent = await centre.page("anna")
        await agent.goto(f"{centre.dashboard.address}/")
        await expect(agent.get_by_role("row", name="cards")).to_have_count(0)
        stranger = await centre.page()
        await stranger.get_by_label(words("login.token")).fill("not-a-token")
        await stranger.keyboard.press("Enter")
        await sees(stranger, words("login.wrong"))
        await button(reader, words("app.sign_out")).click()
        await reader.wait_for_url("**/login*")


async def test_at_twice_the_size_nothing_is_cut_off(tmp_path: Path) -> None:
    async with running_centre(tmp_path) as centre:
        for page in (await busy_desktop(centre), await centre.page("boss")):
            await page.set_viewport_size({"width": 700, "height": 450})  # 1400 x 900 at 200 %
            wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not await page.evaluate(wider)

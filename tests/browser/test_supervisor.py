"""A supervisor's acts in a real browser: what agents see of them, and what the audit keeps."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from statistics import median

import pytest
from playwright.async_api import Page, expect

from router.events import GateOverridden
from tests.support.browser import Centre, button, running_centre, sees

pytestmark = [pytest.mark.mosquitto, pytest.mark.browser]


async def signed_in(centre: Centre, who: str) -> Page:
    page = await centre.page(who)
    await button(page, centre.words("desk.sign_in")).click()
    await sees(page, centre.words("desk.idle_ready"))
    return page


async def confirm(page: Page, centre: Centre) -> None:
    """Do what the dialog asks about; the engine must have carried it out."""
    dialog = page.get_by_role("dialog").last
    await dialog.get_by_role("button", name=centre.words("act.confirm")).click()
    await expect(dialog.get_by_text(centre.words("act.done"))).to_be_visible()
    await dialog.get_by_role("button", name=centre.words("app.close")).click()


async def override_all(wall: Page, centre: Centre, choice: str) -> None:
    await button(wall, centre.words("gate.override_all")).click()
    await wall.get_by_role("dialog").get_by_label(centre.words(choice)).check()
    await confirm(wall, centre)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_two_agents_see_an_override_one_of_them_in_mid_marketing(
    tmp_path: Path, language: str
) -> None:
    async with running_centre(tmp_path, language) as centre:
        words, wall = centre.words, await centre.page("boss")
        anna, bob = await signed_in(centre, "anna"), await signed_in(centre, "bob")
        await centre.arrive("c1")
        busy, free = anna, bob
        if await bob.get_by_text(words("desk.incoming")).count():
            busy, free = bob, anna
        await button(busy, words("desk.accept")).click()
        await button(busy, words("desk.service_completed")).click()
        await sees(busy, words("gatebar.open"))
        await expect(free.get_by_text(words("mode.marketing")).first).to_be_visible()
        await override_all(wall, centre, "gate.choose_serving")
        await expect(busy.locator(".gatebar")).not_to_have_class(re.compile(r"\bopen\b"))
        await expect(free.get_by_text(words("mode.serving")).first).to_be_visible()
        await expect(free.get_by_text(words("mode.marketing"))).to_have_count(0)
        await sees(wall, words("did.gate_overridden"))
        await override_all(wall, centre, "gate.choose_policy")
        await expect(free.get_by_text(words("mode.marketing")).first).to_be_visible()


CLOSES = """
() => new Promise((done) => {
  const look = () => { if (!document.querySelector(".gatebar.open")) done(Date.now()); };
  new MutationObserver(look).observe(document.body,
    { subtree: true, childList: true, attributes: true });
  look();
})
"""
"""Answers with the time, Unix ms, at which the panel no longer says that the gate is open."""
WITHIN_MS = 1_000


async def test_the_panel_says_within_a_second_that_the_gate_has_closed(tmp_path: Path) -> None:
    async with running_centre(tmp_path) as centre, centre.dashboard.client("boss") as boss:
        words, page = centre.words, await signed_in(centre, "anna")
        took_ms = []
        for contact_id in ("c1", "c2", "c3"):  # a contact has one round
            await centre.arrive(contact_id)
            await button(page, words("desk.accept")).click()
            await button(page, words("desk.service_completed")).click()
            await expect(page.locator(".gatebar.open")).to_be_visible()
            closed = asyncio.create_task(page.evaluate(CLOSES))
            at_ms = time.time_ns() // 1_000_000
            override = {"type": "gate_overridden", "mode": "serving"}
            assert (await boss.post("/api/v1/commands", json=override)).status_code == 200
            took_ms.append(await closed - at_ms)
            back = {"type": "gate_overridden"}
            assert (await boss.post("/api/v1/commands", json=back)).status_code == 200
            await centre.bridge.ok("contact_ended", contact_id=contact_id)
            await button(page, words("desk.wrap_up_done")).click()
            await sees(page, words("desk.idle_ready"))
        assert min(took_ms) >= 0  # it was open when the override was sent
        assert median(took_ms) < WITHIN_MS, took_ms


async def test_an_override_has_an_end_and_says_whose_it_is(tmp_path: Path) -> None:
    async with running_centre(tmp_path) as centre:
        words, wall = centre.words, await centre.page("boss")
        await button(wall, words("gate.override")).click()
        dialog = wall.get_by_role("dialog")
        await dialog.get_by_label(words("gate.choose_serving")).check()
        await dialog.get_by_label(words("gate.minutes")).fill("20")
        await confirm(wall, centre)
        note = wall.get_by_text(words("gate.override_on", by="boss")).locator("..")
        await expect(note).to_contain_text(re.compile(r"\((20:00|19:\d\d)\)"))
        given = [one.event for one in centre.records() if isinstance(one.event, GateOverridden)]
        assert [(one.queue_id, one.for_ms) for one in given] == [("cards", 20 * 60_000)]


async def test_acts_on_queues_contacts_agents_and_alarms(tmp_path: Path) -> None:
    async with running_centre(tmp_path) as centre:
        words, wall = centre.words, await centre.page("boss")
        who_waits = wall.get_by_role("region", name=words("waiting.title", queue="cards"))
        rows = who_waits.locator("tbody tr")
        await centre.arrive("c1")
        await centre.arrive("c2")
        await sees(wall, words("alarm.nobody_signed_in"))
        await button(wall, words("alarms.acknowledge")).click()
        await confirm(wall, centre)
        await sees(wall, "seen by boss")

        await button(wall, words("waiting.prioritise_title", contact="c2")).click()
        await wall.get_by_role("dialog").get_by_label(words("waiting.priority")).fill("50")
        await confirm(wall, centre)
        await expect(rows.first).to_contain_text("customer-c2")

        await button(wall, words("waiting.move_title", contact="c1")).click()
        await (
            wall.get_by_role("dialog").get_by_label(words("waiting.move_to")).select_option("loans")
        )
        await confirm(wall, centre)
        await expect(rows).to_have_count(1)

        await button(wall, words("queues.close_act")).click()
        await confirm(wall, centre)
        await sees(wall, words("queues.closed"))
        await button(wall, words("queues.open_act")).click()
        await confirm(wall, centre)
        await expect(wall.get_by_text(words("queues.closed"), exact=True)).to_have_count(0)

        anna = await centre.page("anna")
        await button(anna, words("desk.sign_in")).click()
        await sees(anna, words("desk.incoming"))
        await button(anna, words("desk.accept")).click()
        await button(wall, words("agents.act", agent="Anna Keller")).click(timeout=3000)
        await button(wall, words("agents.make_not_ready")).click()
        await confirm(wall, centre)
        await sees(wall, words("did.agent_not_ready"))
        await button(wall, words("agents.make_ready")).click()
        await confirm(wall, centre)
        await sees(wall, words("did.agent_ready"))
        for kind in ("contact_moved", "contact_prioritised", "queue_closed", "queue_opened"):
            await sees(wall, words(f"did.{kind}"))


async def test_what_the_engine_rejects_is_said_with_the_reason(tmp_path: Path) -> None:
    async with running_centre(tmp_path) as centre:
        words, wall = centre.words, await centre.page("boss")
        await centre.arrive("c1")
        await button(wall, words("waiting.move_title", contact="c1")).click()
        await centre.bridge.ok("contact_ended", contact_id="c1")
        dialog = wall.get_by_role("dialog")
        await dialog.get_by_role("button", name=words("act.confirm")).click()
        await expect(dialog.get_by_text(words("act.rejected"))).to_be_visible()

"""An agent's whole work in a real browser: contacts, products, reactions, a crash in between."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from contacts.vocabulary import ReactionKind
from marketing.ledger_changes import ReactionNoted
from router.decisions import OutcomeRecorded
from router.marketing_decisions import LedgerChanged
from tests.support.browser import Centre, button, running_centre, sees

pytestmark = [pytest.mark.mosquitto, pytest.mark.browser]


def reactions(centre: Centre) -> list[ReactionKind]:
    """Return the reactions in the journal, in order."""
    return [
        decision.change.kind
        for record in centre.records()
        for decision in record.decisions
        if isinstance(decision, LedgerChanged) and isinstance(decision.change, ReactionNoted)
    ]


async def signed_in(centre: Centre, who: str = "anna") -> Page:
    page = await centre.page(who)
    await button(page, centre.words("desk.sign_in")).click()
    await sees(page, centre.words("desk.idle_ready"))
    return page


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_contact_with_marketing_by_mouse(tmp_path: Path, language: str) -> None:
    async with running_centre(tmp_path, language) as centre:
        words, page = centre.words, await signed_in(centre)
        await centre.arrive("c1")
        await sees(page, words("desk.incoming"))
        await sees(page, "customer-c1")
        await button(page, words("desk.accept")).click()
        await button(page, words("desk.service_completed")).click()
        await sees(page, words("gatebar.open"))
        await button(page, words("offers.present")).click()
        await sees(page, words("offers.presented"))
        offers = page.locator("li.offer")
        assert 3 <= await offers.count() <= 5
        await expect(offers.first.locator("ul.points li").first).to_be_visible()
        await button(page, words("reaction.declined")).click()
        await offers.nth(1).locator("button").first.click()
        await button(page, words("reaction.accepted")).click()
        await sees(page, words("offers.sale"))
        await centre.bridge.ok("contact_ended", contact_id="c1")
        await page.get_by_label(words("desk.disposition")).select_option("resolved")
        await page.get_by_label(words("desk.note")).fill("wants the paper statement no more")
        await button(page, words("desk.wrap_up_done")).click()
        await sees(page, words("desk.idle_ready"))
        assert reactions(centre) == [ReactionKind.DECLINED, ReactionKind.ACCEPTED]
        made = [one for record in centre.records() for one in record.decisions]
        [outcome] = [one for one in made if isinstance(one, OutcomeRecorded)]
        assert outcome.disposition_code == "resolved"


async def test_a_contact_with_marketing_by_keyboard_alone(tmp_path: Path) -> None:
    async with running_centre(tmp_path) as centre:
        words, page = centre.words, await centre.page()
        await page.keyboard.type(centre.dashboard.tokens["anna"])  # the field has the focus
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/desktop")
        sign_in = button(page, words("desk.sign_in"))
        await sign_in.wait_for()
        for _ in range(20):
            if await sign_in.evaluate("one => one === document.activeElement"):
                break
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await sees(page, words("desk.idle_ready"))
        await centre.arrive("c1")
        await sees(page, words("desk.incoming"))
        await page.keyboard.press("a")
        await button(page, words("desk.service_completed")).wait_for()
        await page.keyboard.press("s")
        await button(page, words("offers.present")).wait_for()
        await page.keyboard.press("p")
        await sees(page, words("offers.presented"))
        for keys in ("1i", "2d", "3n"):
            await page.keyboard.type(keys)
        await expect(page.locator("li.offer .pill.marketing")).to_have_count(3)
        await page.keyboard.type("1a")  # a correction
        await sees(page, words("offers.sale"))
        await centre.bridge.ok("contact_ended", contact_id="c1")
        await page.get_by_label(words("desk.note")).wait_for()
        await page.keyboard.press("w")
        await sees(page, words("desk.idle_ready"))
        assert reactions(centre) == [
            ReactionKind.INTERESTED,
            ReactionKind.DECLINED,
            ReactionKind.NOT_NOW,
            ReactionKind.ACCEPTED,
        ]


async def test_a_crash_loses_no_contact_and_no_reaction(tmp_path: Path) -> None:
    async with running_centre(tmp_path) as centre:
        words, page = centre.words, await signed_in(centre)
        await centre.arrive("c1")
        await button(page, words("desk.accept")).click()
        await button(page, words("desk.service_completed")).click()
        await button(page, words("offers.present")).click()
        await sees(page, words("offers.presented"))
        await centre.engine.kill()
        await page.keyboard.type("1a")
        await sees(page, words("desk.outbox", n=1))
        await page.keyboard.type("2d")
        await sees(page, words("desk.outbox", n=2))
        await page.reload()  # the page signs in again, too: that waits as well
        waiting = page.get_by_text(words("desk.outbox", n="").strip())
        await expect(waiting).to_have_text(re.compile("^[23] "))
        await centre.engine.start()
        await expect(waiting).to_have_count(0)
        await sees(page, words("offers.sale"))
        await centre.bridge.ok("contact_ended", contact_id="c1")
        await button(page, words("desk.wrap_up_done")).click()
        await sees(page, words("desk.idle_ready"))
        assert reactions(centre) == [ReactionKind.ACCEPTED, ReactionKind.DECLINED]

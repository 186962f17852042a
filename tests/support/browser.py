"""A real browser on the pages, and a small call centre behind them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from outcomes.typed_records import all_records
from router.records import Record
from simulation.demo_customers import CATALOGUE_FILE
from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.dashboard import RunningDashboard, running_dashboard
from tests.support.serving import EngineProcess

MESSAGES = Path(__file__).parents[2] / "dashboard" / "web" / "src" / "messages"
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
PATIENCE_MS = 30_000  # a bound for what must happen, never a measure of speed
expect.set_options(timeout=PATIENCE_MS)
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
QUEUES = """
[[queues]]
queue_id = "cards"
wrap_up = { kind = "timed", duration_ms = 120000 }
gate = { policy = "always", closes_panels = true }
ring_timeout_ms = 60000
disposition_codes = ["resolved", "follow_up"]

[[queues]]
queue_id = "loans"
requires = { loans = 1 }

[[agents]]
agent_id = "anna"
name = "Anna Keller"
certificates = { "*" = "none" }

[[agents]]
agent_id = "bob"
certificates = { "*" = "none" }

[marketing]
enabled = true

[alarms]
raise_after_ms = 0
"""
KNOWN = {
    "version": "1",
    "completeness": "complete",
    "stage": "grow",
    "grade": 5,
    "age": 40,
    "language": "en",
    "held": ["classic-card", "current-account"],
    "opted_out": False,
    "do_not_contact": False,
    "vulnerable": False,
    "open_complaints": 0,
    "consents": [{"purpose": "*", "given": True, "at_ms": 1, "how": "web", "wording": "1"}],
}
"""What is known of every customer: most of the catalogue may be presented."""


def find_chromium() -> str:
    """Return the path of the browser; without it skip the test, or fail if CI=true."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is not None:
        return found
    reason = "there is no chromium; scripts/install-test-tools.sh installs it"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class Words:
    """The pages' words in one language, from their message files."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._messages: dict[str, str] = json.loads((MESSAGES / f"{language}.json").read_text())

    def __call__(self, key: str, **values: object) -> str:
        text = self._messages[key]
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text


@dataclass
class Centre:
    """Broker, engine, dashboard, a PBX, a browser, and the words of its language."""

    engine: EngineProcess
    dashboard: RunningDashboard
    bridge: BusClient
    browser: Browser
    words: Words
    contexts: list[BrowserContext] = field(default_factory=list)

    async def page(self, who: str | None = None, path: str = "/login") -> Page:
        """Open a page in a browser session of its own, logged in as `who` by the login form."""
        context = await self.browser.new_context(
            locale=LOCALES[self.words.language], viewport={"width": 1400, "height": 900}
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        page = await context.new_page()
        await page.goto(f"{self.dashboard.address}{path}")
        if who is not None:
            await page.get_by_label(self.words("login.token")).fill(self.dashboard.tokens[who])
            await page.keyboard.press("Enter")
            await page.wait_for_url(lambda address: "/login" not in address)
        return page

    async def arrive(self, contact_id: str, queue_id: str = "cards", **more: Any) -> None:
        """A customer calls about the statement."""
        fields = {"customer_id": f"customer-{contact_id}", "reason": "statement", "context": KNOWN}
        ids = {"contact_id": contact_id, "queue_id": queue_id}
        await self.bridge.ok("contact_arrived", **ids, **{**fields, **more})

    def records(self) -> list[Record]:
        """Return what the journal has."""
        return list(all_records(self.engine.journal))


def button(page: Page, name: str) -> Any:
    """The button of this name; keys shown on it do not count."""
    return page.get_by_role("button", name=name, exact=False).first


async def sees(page: Page, text: str) -> None:
    """Wait until the page shows a text."""
    await expect(page.get_by_text(text, exact=False).first).to_be_visible()


@asynccontextmanager
async def running_centre(directory: Path, language: str = "en") -> AsyncIterator[Centre]:
    """Start everything in `directory`, and stop it in the end."""
    chromium = find_chromium()
    async with (
        MosquittoProcess(directory) as broker,
        EngineProcess(
            directory, broker.port, QUEUES, service=f'catalogue_file = "{CATALOGUE_FILE}"'
        ) as engine,
        running_dashboard(directory, broker.port, desktop_grace_ms=20_000) as dashboard,
        BusClient(broker.port) as bridge,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        centre = Centre(engine, dashboard, bridge, browser, Words(language))
        try:
            yield centre
        finally:
            await browser.close()

"""The pages in a real browser: from the broker to pixels, frames while scrolling, first load.

    python -m benchmarks.pages [--seconds 60]

Starts Mosquitto, `tidegate dashboard` and Chromium (the package playwright drives it). A publisher
changes 2,000 agents as 60 contacts a second would; each agent's contact has the time of publishing
as its customer. The wall notes when each number it shows was on the screen: the first task after
the frame in which the row changed. So the time includes broker, dashboard, feed, and rendering; it
is seen only in rows in view. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from benchmarks.dashboard import (
    AGENTS,
    CHANGES_PER_CONTACT,
    CONTACTS_PER_S,
    Publisher,
    make_accounts,
    milliseconds,
    start_dashboard,
)
from benchmarks.mosquitto import HOST, Mosquitto
from service.page_pictures import SWITCHES, find_browser

SETTLE_S = 5.0
SCROLL_S = 8.0
PATIENCE_MS = 60_000

WATCH = """
() => {
  const started = Date.now(), seen = new Set();
  window.agesMs = [];
  const look = () => {
    const now = Date.now();
    for (const row of document.querySelectorAll(".agents .line")) {
      const at = /at-(\\d{13})/.exec(row.textContent)?.[1];
      const change = `${row.firstElementChild.textContent} ${at}`;
      if (!at || Number(at) < started || seen.has(change)) continue;
      seen.add(change);
      window.agesMs.push(now - Number(at));
    }
  };
  const afterFrame = () => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = look;
    channel.port2.postMessage(0);
  });
  new MutationObserver(afterFrame).observe(document.querySelector(".agents .view"),
    { subtree: true, childList: true, characterData: true });
}
"""
"""Notes in `agesMs` how old each publishing time was when it was on the screen."""

SCROLL = """
(ms) => new Promise((done) => {
  const view = document.querySelector(".agents .view"), gapsMs = [];
  view.scrollIntoView({ block: "center" });
  let began = 0, last = 0;
  const step = (now) => {
    if (last) gapsMs.push(now - last); else began = now;
    last = now;
    if (now - began > ms) return done(gapsMs);
    view.scrollTop = (view.scrollTop + 90) % (view.scrollHeight - view.clientHeight);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})
"""
"""Scrolls 90 px (more than two rows) a frame; returns the time between frames."""


class _Shown(Publisher):
    """Publishes agents in whose row the wall shows the time of publishing."""

    def agent_value(self, number: int) -> dict[str, Any]:
        """Return the agent with a contact whose customer is the time, Unix ms."""
        now_ms = int(time.time() * 1_000)
        contact = {
            "contact_id": f"c{number}", "queue_id": "q1", "state": "talk", "mode": "serving",
            "customer_id": f"at-{now_ms}", "since_ms": now_ms,
        }  # fmt: skip
        return {**super().agent_value(number), "since_ms": now_ms, "contacts": [contact]}


async def _log_in(browser: Browser, address: str, token: str) -> Page:
    """Return the first page of a new session."""
    page = await (await browser.new_context(locale="en-GB")).new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(f"{address}/login")
    await page.locator("input").first.fill(token)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/login" not in url)
    return page


async def first_load(page: Page, url: str) -> dict[str, Any]:
    """Load a page with an empty cache; return what its files took on the wire, and how sent.

    The feed is not part of it: its size depends on the call centre.
    """
    client = await page.context.new_cdp_session(page)
    files: dict[str, tuple[str, str]] = {}
    sizes: dict[str, int] = {}

    def answered(event: dict[str, Any]) -> None:
        response = event["response"]
        headers = {name.lower(): value for name, value in response["headers"].items()}
        files[event["requestId"]] = (response["url"], headers.get("content-encoding", "none"))

    client.on("Network.responseReceived", answered)
    client.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: int(event["encodedDataLength"])}),
    )
    await client.send("Network.enable")
    await client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await page.goto(url)
    await asyncio.sleep(SETTLE_S)
    await client.detach()
    sent = {key: size for key, size in sizes.items() if key in files}
    unpacked = [files[key][0] for key in sent if files[key][1] == "none" and sent[key] > 1_500]
    return {
        "files": len(sent),
        "kb": round(sum(sent.values()) / 1_000, 1),
        "sent_uncompressed": [url.rpartition("/")[2] for url in unpacked],
    }


async def _in_browser(address: str, tokens: list[str], seconds: float) -> dict[str, Any]:
    """Return what the browser sees while the publisher plays."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_browser(), args=list(SWITCHES)
        )
        wall = await _log_in(browser, address, tokens[0])
        desktop = await _log_in(browser, address, tokens[1])
        stranger = await (await browser.new_context()).new_page()
        loads = {
            "login": await first_load(stranger, f"{address}/login"),
            "desktop": await first_load(desktop, f"{address}/desktop"),
            "wall": await first_load(wall, f"{address}/"),
        }
        await desktop.close()
        await stranger.close()
        await wall.locator(".agents .line").first.wait_for()
        await wall.locator(".agents .view").scroll_into_view_if_needed()
        await wall.evaluate(WATCH)
        await asyncio.sleep(seconds)
        ages_ms = await wall.evaluate("() => window.agesMs")
        gaps_ms = await wall.evaluate(SCROLL, SCROLL_S * 1_000)
        rows = await wall.locator(".agents .grid").get_attribute("aria-rowcount")
        version = browser.version
        await browser.close()
    return {
        "chromium": version,
        "rows": int(rows or 0) - 1,
        "first_load": loads,
        "changes_seen": len(ages_ms),
        "broker_to_pixels_ms": milliseconds([age / 1_000 for age in ages_ms]),
        "frames_per_s_scrolling": round(1_000 * len(gaps_ms) / sum(gaps_ms), 1),
        "between_frames_ms": milliseconds([gap / 1_000 for gap in gaps_ms]),
    }


async def _measured(address: str, tokens: list[str], port: int, seconds: float) -> dict[str, Any]:
    publisher = _Shown(port)
    playing = asyncio.create_task(publisher.play(float("inf")))
    await asyncio.sleep(SETTLE_S)
    try:
        seen = await _in_browser(address, tokens, seconds)
    finally:
        playing.cancel()
    return {
        "agents": AGENTS,
        "changes_per_s": CONTACTS_PER_S * CHANGES_PER_CONTACT,
        **seen,
        "broker_to_subscriber_ms": milliseconds(publisher.echo_s),
        "load_average": os.getloadavg()[0],
    }


def measure(seconds: float) -> dict[str, Any]:
    """Return the figures; `seconds` is how long the wall is watched."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        tokens = make_accounts(directory, 1)
        broker = Mosquitto(directory)
        broker.start()
        process, port = start_dashboard(directory, broker.port)
        try:
            address = f"http://{HOST}:{port}"
            return asyncio.run(_measured(address, tokens, broker.port, seconds))
        finally:
            process.terminate()
            process.wait(20)
            broker.stop()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages")
    parser.add_argument("--seconds", type=float, default=60.0)
    print(json.dumps(measure(parser.parse_args().seconds), indent=2))


if __name__ == "__main__":
    main()

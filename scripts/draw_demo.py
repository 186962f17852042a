"""Draw the picture of `tidegate demo` from a real run: the live table at a busy moment.

    python scripts/draw_demo.py docs/images/demo.svg

Takes half a minute. The picture names no font of another site, so that it can be shown anywhere.
"""

import asyncio
import io
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console

from service.commands.demo import DEFAULT_SEED, DEFAULT_SPEED
from service.demo_run import DemoRun, run_demo
from service.logs import configure_logs
from simulation.demo_player import Player
from simulation.demo_view import WIDTH, demo_view
from simulation.demo_window import parse_clock
from simulation.recorded import shipped_days
from simulation.recorded_plan import build_day_plan

MOMENT = "12:44"
MARGIN = 2


def draw(player: Player) -> str:
    """The live table as it is now, as SVG."""
    console = Console(
        record=True, width=WIDTH + MARGIN, file=io.StringIO(), force_terminal=True,
        color_system="truecolor",
    )  # fmt: skip
    console.print(demo_view(player.day, player.now_ms, DEFAULT_SPEED))
    svg = console.export_svg(title="tidegate demo", unique_id="demo")
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)


def main() -> None:
    """Play until the moment, draw, and stop."""
    pictures: list[str] = []

    @asynccontextmanager
    async def drawn(player: Player) -> AsyncIterator[None]:
        async def wait() -> None:
            while player.now_ms < parse_clock(MOMENT):  # noqa: ASYNC110 - the player has no event
                await asyncio.sleep(0.01)
            pictures.append(draw(player))
            player.stop()

        drawing = asyncio.create_task(wait())
        yield
        await drawing

    configure_logs("console", "error")
    plan = build_day_plan(shipped_days()[0], DEFAULT_SEED)
    with tempfile.TemporaryDirectory() as directory:
        run = DemoRun(plan, False, DEFAULT_SPEED, Path(directory))
        asyncio.run(run_demo(run, drawn))
    Path(sys.argv[1]).write_text(pictures[0])


if __name__ == "__main__":
    main()

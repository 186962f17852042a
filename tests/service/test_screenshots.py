"""`tidegate screenshots`: what is missing is said, with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app


def test_without_a_browser_it_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(app, ["screenshots", str(tmp_path / "pictures")])
    assert done.exit_code == 2
    assert "there is no Chromium in PATH; on Debian and Ubuntu: apt-get install" in done.stderr
    assert not (tmp_path / "pictures").exists()


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["screenshots", str(tmp_path), "--at", "noon"])
    assert done.exit_code == 2
    assert "'noon' is not a time of day" in done.stderr

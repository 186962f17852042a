"""Reads a scenario file, and says everything that is wrong with it: line, key, value, remedy."""

from __future__ import annotations

from pathlib import Path as FilePath

from config.documents import located, parsed, read_text, validated
from config.problems import DocumentError
from simulation.scenario import Scenario
from simulation.scenario_checks import contradictions
from simulation.scenario_periods import TIME_PATTERN

_PATTERNS = {TIME_PATTERN: 'a time of day in quotes, as "09:30"'}


class ScenarioError(DocumentError):
    """The scenario cannot be simulated; `problems` lists everything that is wrong, in order."""


def load_scenario(file: FilePath) -> Scenario:
    """Return the scenario of a TOML file. Raises `ScenarioError` with every problem found."""
    text = read_text(file, ScenarioError)
    data = parsed(text, file, ScenarioError)
    _anchor_files(data, file.parent)
    scenario, findings = validated(Scenario, data, _PATTERNS)
    if scenario is not None:
        findings = list(contradictions(scenario))
    if scenario is None or findings:
        raise ScenarioError(located(findings, file, text, data))
    return scenario


def _anchor_files(data: object, folder: FilePath) -> None:
    """Let relative paths of recorded data and populations start at the scenario's folder."""
    if isinstance(data, dict):
        if data.get("kind") == "recorded" and isinstance(data.get("file"), str):
            data["file"] = str(folder / data["file"])
        if isinstance(data.get("population"), str):
            data["population"] = str(folder / data["population"])
        for value in data.values():
            _anchor_files(value, folder)
    elif isinstance(data, list):
        for value in data:
            _anchor_files(value, folder)

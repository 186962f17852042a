"""The documents: commands that exist, links that lead somewhere, words that are all explained."""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from contacts import vocabulary
from tests.support.commands import all_commands, options_of

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = all_commands()
WHOLE_PROGRAM = {"--help", "--version", "--install-completion", "--show-completion"}
MAKE_TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def shell_lines(text: str) -> Iterator[str]:
    """Yield the command lines of a document's ```sh blocks, continued lines joined."""
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip() and not line.startswith("#"):
                yield line


def commands_named(text: str) -> Iterator[list[str]]:
    """Yield the words after `tidegate` of every use: in ```sh blocks, and in `backquotes`."""
    uses = [*shell_lines(text), *re.findall(r"`(tidegate [^`\n]+)`", text)]
    for use in uses:
        words = shlex.split(use, comments=True)
        places = [at for at, word in enumerate(words) if word.rpartition("/")[2] == "tidegate"]
        for at in places:
            yield list(until_operator(words[at + 1 :]))


def until_operator(words: list[str]) -> Iterator[str]:
    for word in words:
        if word in ("|", "&", "&&", ";", ">", ">>", "2>"):
            return
        yield word


def problems_of(words: list[str]) -> list[str]:
    """Return what is wrong with a use of `tidegate`."""
    names = [" ".join(words[:length]) for length in (2, 1)]
    name = next((one for one in names if one in COMMANDS), None)
    options = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    if name is None:
        is_whole = all(word in WHOLE_PROGRAM for word in words)
        return [] if is_whole else [f"no such command: tidegate {' '.join(words)}"]
    unknown = options - options_of(COMMANDS[name])
    return [f"tidegate {name} has no option {one}" for one in sorted(unknown)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_command_lines_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [fault for words in commands_named(text) for fault in problems_of(words)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    uses = [*shell_lines(text), *re.findall(r"`(make [a-z]+)`", text)]
    named = {target for use in uses for target in re.findall(r"^make ([a-z]+)", use)}
    assert named <= MAKE_TARGETS


def test_wrong_command_lines_would_be_noticed() -> None:
    assert problems_of(["serve", "--config", "x.toml"]) == []
    assert problems_of(["journal", "verify", "--json"]) == []
    assert problems_of(["--version"]) == []
    assert problems_of(["rout"]) == ["no such command: tidegate rout"]
    assert problems_of(["serve", "--fast"]) == ["tidegate serve has no option --fast"]
    assert list(commands_named("```sh\nA=1 .venv/bin/tidegate serve -c x | tee y\n```\n")) == [
        ["serve", "-c", "x"]
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    folders = (
        "contacts|config|agents|queues|gate|marketing|router|bus|outcomes|customers|simulation"
        "|benchmarks|service"
    )
    named = set(re.findall(rf"`((?:{folders}|tests|scripts|examples)/[\w./-]+)`", text))
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SOURCES = [
    path.read_text(encoding="utf-8")
    for folder in ("bus", "dashboard", "outcomes", "service")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def test_every_line_of_the_log_is_explained() -> None:
    logged = r"\b_?log(?:_line)?(?:\.(?:info|warning|error|exception))?\(\s*\"(\w+)\""
    written = {event for source in SOURCES for event in re.findall(logged, source)}
    table = OPERATIONS.partition("## Log")[2].partition("## When")[0]
    explained = {
        event
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for event in re.findall(r"`(\w+)`", row)
    }
    assert explained == written


def test_every_metric_is_explained() -> None:
    source = (ROOT / "service" / "metrics.py").read_text(encoding="utf-8")
    counters = set(re.findall(r'CounterMetricFamily\(\s*"(tidegate_\w+)"', source))
    gauges = set(re.findall(r'GaugeMetricFamily\(\s*"(tidegate_\w+)"', source))
    shown = {f"{name}_total" for name in counters} | gauges
    assert set(re.findall(r"`(tidegate_\w+)`", OPERATIONS)) == shown


GLOSSARY = ROOT / "docs" / "glossary.md"
VOCABULARY = [
    word
    for _, words in inspect.getmembers(vocabulary, inspect.isclass)
    if issubclass(words, StrEnum) and words is not StrEnum
    for word in words
]


@pytest.mark.parametrize("word", VOCABULARY, ids=lambda word: f"{type(word).__name__}.{word.name}")
def test_the_glossary_explains_the_vocabulary(word: StrEnum) -> None:
    text = GLOSSARY.read_text(encoding="utf-8")
    section = re.search(rf"^### `{type(word).__name__}`\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.M)
    assert section is not None, f"docs/glossary.md has no section on {type(word).__name__}"
    assert re.search(rf"^\| `{word}` \| \S", section[1], re.M), f"`{word}` is not explained"


def test_the_glossary_gives_each_term_once() -> None:
    text = GLOSSARY.read_text(encoding="utf-8").partition("## Words in messages")[0]
    terms = re.findall(r"^\*\*(.+?)\*\*", text, re.MULTILINE)
    assert len(terms) > 20
    assert sorted(term for term in set(terms) if terms.count(term) > 1) == []
    assert terms == sorted(terms, key=str.lower)

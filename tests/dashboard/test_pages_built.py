"""The committed pages belong to their sources, speak both languages, and ask nothing of others."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from scripts import export_words, pages_manifest

STATIC = pages_manifest.STATIC
MESSAGES = pages_manifest.WEB / "src/messages"
PAGES = ("index.html", "desktop.html", "login.html")
FIRST_LOAD_BYTES = 300_000
ADDRESS = re.compile(r"(?:https?:)?//[a-z][\w.-]+\.[a-z]{2,}[^\s\"'`)]*")
PLACE = re.compile(r"\{(\w+)\}")


def messages(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((MESSAGES / f"{language}.json").read_text(encoding="utf-8"))
    return found


def loaded_by(page: str) -> list[Path]:
    """All that the first load of a page takes, itself included."""
    text = (STATIC / page).read_text(encoding="utf-8")
    names = re.findall(r'(?:src|href)="/([^"]+)"', text)
    assert names
    return [STATIC / page, *(STATIC / name for name in names)]


def test_built_pages_belong_to_their_sources() -> None:
    told: dict[str, Any] = json.loads(pages_manifest.MANIFEST.read_text(encoding="utf-8"))
    assert told == pages_manifest.manifest(), "the pages are not built from these: run make pages"


def test_the_words_of_the_engine_are_those_of_the_bus() -> None:
    written = export_words.TARGET.read_text(encoding="utf-8")
    assert written == export_words.words_as_json(), "run make pages"


def test_both_languages_say_the_same() -> None:
    english, chinese = messages("en"), messages("zh")
    assert list(english) == list(chinese)
    for key, words in english.items():
        assert words.strip(), key
        assert chinese[key].strip(), key
        assert set(PLACE.findall(words)) == set(PLACE.findall(chinese[key])), key


def test_every_message_is_there_that_the_pages_ask_for() -> None:
    asked = set()
    for path in (pages_manifest.WEB / "src").rglob("*.ts*"):
        asked |= set(re.findall(r'\bt\("([\w.]+)"', path.read_text(encoding="utf-8")))
    assert len(asked) > 100
    assert asked <= set(messages("en"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_the_content_security_policy(page: str) -> None:
    text = (STATIC / page).read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert "<style" not in text
    assert " style=" not in text
    assert not re.search(r"\bon\w+=", text)


@pytest.mark.parametrize("page", PAGES)
def test_the_first_load_is_small(page: str) -> None:
    size = sum(len(gzip.compress(path.read_bytes())) for path in loaded_by(page))
    assert size <= FIRST_LOAD_BYTES


def test_nothing_is_loaded_from_elsewhere() -> None:
    """Addresses in the code are names of XML namespaces and the text of messages, no more."""
    allowed = ("http://www.w3.org/",)
    for path in STATIC.rglob("*.*"):
        if path.suffix in {".js", ".css", ".html", ".svg"}:
            for address in ADDRESS.findall(path.read_text(encoding="utf-8")):
                assert address.startswith(allowed), (path.name, address)


def test_the_lock_names_no_host() -> None:
    lock = json.loads((pages_manifest.WEB / "package-lock.json").read_text(encoding="utf-8"))
    assert len(lock["packages"]) > 10
    for name, package in lock["packages"].items():
        assert "resolved" not in package, name
        assert not name or "integrity" in package, name

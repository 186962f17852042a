"""Which language's text is taken."""

from __future__ import annotations

import pytest

from marketing.languages import covers, text_in

TEXTS = {"en": "card", "zh": "卡", "zh-Hant": "卡片", "pt-BR": "cartao"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "卡"),
        ("zh-Hant", "卡片"),
        ("zh-Hant-TW", "卡片"),
        ("zh-CN", "卡"),
        ("pt", "cartao"),
        ("fr", "card"),
        (None, "card"),
    ],
)
def test_the_nearest_language(language: str | None, text: str) -> None:
    assert text_in(TEXTS, language) == text


def test_without_english_the_first_is_taken() -> None:
    assert text_in({"de": "Karte", "fr": "carte"}, "zh") == "Karte"
    assert text_in({}, "zh") is None


def test_a_tag_covers_its_kinds_only() -> None:
    assert covers("zh", "zh-Hant")
    assert not covers("zh-Hant", "zh")
    assert not covers("z", "zh")

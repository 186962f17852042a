"""Language tags: which text a person can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

_USUAL = "en"


def covers(tag: str, language: str) -> bool:
    """Tell whether `tag` stands for `language`: the same, or "zh" for "zh-Hant"."""
    return language == tag or language.startswith(f"{tag}-")


def text_in(texts: Mapping[str, T], language: str | None) -> T | None:
    """Return the text in the language, a wider or narrower one, English, or the first there is.

    None only if there are no texts at all.
    """
    for wanted in (language, _USUAL):
        if wanted is None:
            continue
        if wanted in texts:
            return texts[wanted]
        near = [tag for tag in texts if covers(tag, wanted) or covers(wanted, tag)]
        if near:
            return texts[max(near, key=lambda tag: (covers(tag, wanted), len(tag)))]
    return next(iter(texts.values()), None)

"""Write the engine's words as JSON for the pages, so that each sentence has one source.

`make pages` runs it. The words are those of `bus/words.py` and `bus/offer_words.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

from bus.offer_words import OFFER_CHINESE, OFFER_ENGLISH
from bus.words import CHINESE, ENGLISH, GATE_CHINESE, GATE_ENGLISH, HAVE

TARGET = Path(__file__).parent.parent / "dashboard/web/src/messages/engine-words.json"


def words_as_json() -> str:
    """Return the text of the file: language, family of codes, code, words."""
    words = {
        "en": {"sentence": ENGLISH, "gate": GATE_ENGLISH, "offer": OFFER_ENGLISH},
        "zh": {"sentence": CHINESE, "gate": GATE_CHINESE, "offer": OFFER_CHINESE},
    }
    words["en"]["frame"] = {"have": HAVE["en"]}
    words["zh"]["frame"] = {"have": HAVE["zh-CN"]}
    return json.dumps(words, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(words_as_json(), encoding="utf-8")

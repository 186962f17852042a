"""Which encoding a file is probably in."""

from __future__ import annotations

import pytest

from config.encodings import detect, encoding_in_words

WESTERN = "id;city;note\n" + "".join(f"c{i};München;Straße und Öl {i}\n" for i in range(30))
FRENCH = "id,nom\n" + "".join(f"c{i},privé à Genève côté n° {i}\n" for i in range(30))
SIMPLIFIED = "id,城市\n" + "".join(f"c{i},上海市客户喜欢旅行\n" for i in range(30))
TRADITIONAL = "id,城市\n" + "".join(f"c{i},臺北市客戶喜歡旅行\n" for i in range(30))
RARE = "".join(f"c{i},Bern\n" for i in range(2_000))


@pytest.mark.parametrize(
    ("text", "written", "found"),
    [
        ("plain", "ascii", "utf-8"),
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8-sig"),
        (SIMPLIFIED, "utf-16", "utf-16"),
        (WESTERN, "utf-16-le", "utf-16-le"),
        (WESTERN, "utf-16-be", "utf-16-be"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (WESTERN, "latin-1", "cp1252"),
        (FRENCH, "latin-1", "cp1252"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (RARE + "c,Zürich\n", "latin-1", "cp1252"),
        (RARE + "c,上海市客户\n", "gb18030", "gb18030"),
        ("", "ascii", "utf-8"),
    ],
)
def test_encodings_are_told_apart(text: str, written: str, found: str) -> None:
    raw = text.encode(written)
    assert detect(raw) == found
    assert raw.decode(detect(raw)).removeprefix("\ufeff") == text


@pytest.mark.parametrize("raw", [b"\x81\x8d\x8f\x90\x9d", bytes(range(1, 256)), b"\xff" * 9])
def test_any_bytes_can_be_decoded_with_what_is_found(raw: bytes) -> None:
    raw.decode(detect(raw))


def test_names_are_those_people_know() -> None:
    assert encoding_in_words("gb18030") == "GB 18030 (Chinese)"
    assert encoding_in_words("koi8-r") == "koi8-r"

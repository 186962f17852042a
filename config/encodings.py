"""In which encoding a file that is not UTF-8 was probably saved, so that it can be said."""

from __future__ import annotations

import codecs
import re
from itertools import islice

from charset_normalizer import from_bytes

CANDIDATES = ("gb18030", "big5", "cp1252")
"""What is told apart where nothing in the file names its encoding, the first before the later."""

_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 (little-endian)",
    "utf-16-be": "UTF-16 (big-endian)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp1252": "Windows-1252 (Western European)",
    "latin-1": "Latin-1",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN_WORD = re.compile(rb"[^\s,;\"\t\x00-\x7f]*[\x80-\xff][^\s,;\"\t]*")
_WORDS_LOOKED_AT = 5_000
_SAMPLE_BYTES = 65_536


def detect(raw: bytes) -> str:
    """Return Python's name of the encoding the bytes are in: sure for UTF, else the likeliest.

    A single-byte encoding can hold any bytes, so "cp1252" or "latin-1" is also what is left when
    nothing else fits.
    """
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return name
    if b"\0" in raw[:_SAMPLE_BYTES]:
        even, odd = raw[:_SAMPLE_BYTES:2].count(0), raw[1:_SAMPLE_BYTES:2].count(0)
        return "utf-16-le" if odd >= even else "utf-16-be"
    if _fits(raw, "utf-8"):
        return "utf-8"
    return _likeliest(raw)


def encoding_in_words(name: str) -> str:
    """Return the encoding's name as people write it."""
    return _NAMES.get(name, name)


def _likeliest(raw: bytes) -> str:
    """Judge by the words that are not ASCII: in a long file of ids and numbers they are few."""
    words = b" ".join(one[0] for one in islice(_FOREIGN_WORD.finditer(raw), _WORDS_LOOKED_AT))
    found = sorted(
        from_bytes(words, cp_isolation=list(CANDIDATES)),
        key=lambda one: (one.chaos, -one.coherence, CANDIDATES.index(one.encoding)),
    )
    fitting = (one.encoding for one in found if _fits(raw, one.encoding))
    return next(fitting, "cp1252" if _fits(raw, "cp1252") else "latin-1")


def _fits(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True

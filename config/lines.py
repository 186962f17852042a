"""On which line of a TOML text each key stands, which `tomllib` does not tell.

Reads only text that `tomllib` has accepted, so it need not recognise mistakes.
"""

from __future__ import annotations

import re
import tomllib

from config.problems import Path

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SEPARATOR = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:""?(?!"))?|'
    r"'''.*?'''(?:''?(?!'))?|"
    r'"(?:\\.|[^"\\])*"|'
    r"'[^']*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^\s,=#\[\]{}\"'.]+")
_SCALAR = re.compile(r"[^,#\]}\n]+")


def line_numbers(text: str) -> dict[Path, int]:
    """Return the line, from 1, of every key, table and array element of a valid TOML text."""
    return _Scanner(text).scan()


def line_of(path: Path, lines: dict[Path, int]) -> int | None:
    """Return the line of the path, or of the nearest table around it that has one."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


class _Scanner:
    """Walks the text once, noting the place of everything that is named."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counted_to, self._line = 0, 1
        self._lines: dict[Path, int] = {}
        self._elements: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_SPACE)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_SPACE)
        return self._lines

    def _header(self) -> Path:
        """Read [a.b] or [[a.b]] and return the path of the table it opens."""
        line = self._line_here()
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        self._at += brackets
        key = self._key()
        self._at += brackets
        path = (*self._resolved(key[:-1]), key[-1])
        self._lines.setdefault(path, line)
        if brackets == 2:
            index = self._elements.get(path, 0)
            self._elements[path] = index + 1
            path = (*path, index)
            self._lines[path] = line
        return path

    def _resolved(self, key: Path) -> Path:
        """Return the path with the index of the latest element after each array of tables."""
        path: Path = ()
        for part in key:
            path = (*path, part)
            if path in self._elements:
                path = (*path, self._elements[path] - 1)
        return path

    def _key(self) -> tuple[str, ...]:
        """Read a dotted key and the space after it."""
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            match = _STRING.match(self._text, self._at) or _BARE.match(self._text, self._at)
            assert match is not None, "the text was accepted by tomllib"
            parts.append(_unquoted(match[0]))
            self._at = match.end()
            if self._skip(_SPACE) != ".":
                return tuple(parts)
            self._at += 1

    def _pair(self, table: Path) -> None:
        line = self._line_here()
        path = table
        for part in self._key():
            path = (*path, part)
            self._lines.setdefault(path, line)
        self._at += 1  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip(_SPACE)
        opening = self._text[self._at]
        if opening not in "[{":
            self._at = self._end_of_scalar()
            return
        self._at += 1
        index = 0
        while self._skip(_SEPARATOR) not in "]}":
            if opening == "{":
                self._pair(path)
            else:
                self._lines[(*path, index)] = self._line_here()
                self._value((*path, index))
                index += 1
        self._at += 1

    def _end_of_scalar(self) -> int:
        match = _STRING.match(self._text, self._at) or _SCALAR.match(self._text, self._at)
        assert match is not None, "the text was accepted by tomllib"
        return match.end()

    def _skip(self, pattern: re.Pattern[str]) -> str:
        """Pass over what the pattern matches; return the character after it."""
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        return self._line


def _unquoted(key: str) -> str:
    return str(tomllib.loads(f"key = {key}")["key"]) if key[0] in "\"'" else key

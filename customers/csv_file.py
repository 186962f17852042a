"""Reads a CSV file whose encoding and separator nobody has told us."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from config.encodings import detect, encoding_in_words

SEPARATORS = (",", ";", "\t")


class FileRefused(Exception):  # noqa: N818 - what happened to the file
    """A file that cannot be imported at all (`reason`), and what to do about it (`remedy`)."""

    def __init__(self, file: Path, line: int | None, reason: str, remedy: str) -> None:
        place = str(file) if line is None else f"{file}:{line}"
        super().__init__(f"{place}: {reason}. {remedy}. Nothing was changed.")
        self.reason = reason
        self.remedy = remedy


class Rejection(NamedTuple):
    """One cell, or line, that was not imported: where it is, what is there, and why not."""

    line: int
    column: str
    value: str
    reason: str


class CsvFile:
    """A CSV file in memory, decoded. `encoding` is Python's name of what it was read with."""

    def __init__(self, file: Path, text: str, encoding: str, *, is_guessed: bool) -> None:
        self.file = file
        self.encoding = encoding
        self.is_guessed = is_guessed
        self.lines = text.count("\n") + (not text.endswith("\n"))
        self._text = text
        first = text.partition("\n")[0]
        self.separator = max(SEPARATORS, key=first.count)

    @property
    def encoding_in_words(self) -> str:
        """The encoding as people write it, and whether that is a guess."""
        words = encoding_in_words(self.encoding)
        return (
            f"{words}, guessed; if that is wrong, say it (--encoding)" if self.is_guessed else words
        )

    @property
    def header(self) -> list[str]:
        """The cells of the first line."""
        return next(self.rows())[1]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the cells of each line that is not empty, with the line it begins on, from 1.

        Raises `FileRefused` where the file is not CSV.
        """
        reader = csv.reader(
            io.StringIO(self._text, newline=""), delimiter=self.separator, strict=True
        )
        line = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line, [cell.strip() for cell in cells]
                line = reader.line_num + 1
        except csv.Error as error:
            remedy = "Close the quote that is open, or put the text with quotes in it in quotes"
            raise FileRefused(self.file, line, f"not valid CSV: {error}", remedy) from None


def read_csv(file: Path, encoding: str | None = None) -> CsvFile:
    """Return the file, decoded with `encoding` or the one that is detected.

    Raises `FileRefused` if it cannot be read, is empty, not text in that encoding, or not CSV.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise FileRefused(file, None, reason, "Give the path of a readable CSV file") from None
    name = encoding or detect(raw)
    try:
        text = raw.decode(name).removeprefix("\ufeff")
    except LookupError:
        remedy = "Give one such as utf-8, gb18030 or cp1252"
        raise FileRefused(file, None, f"there is no encoding {name!r}", remedy) from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reason = f"not text in {encoding_in_words(name)}: {error.reason}"
        remedy = "Save it as UTF-8, or say its encoding (--encoding)"
        raise FileRefused(file, line, reason, remedy) from None
    found = CsvFile(file, text, name, is_guessed=encoding is None and not name.startswith("utf"))
    if not sum(1 for _ in found.rows()):  # all of it, so that nothing begins with half a file
        raise FileRefused(file, None, "is empty", "Give a file with at least one line")
    return found


def write_rejections(file: Path, rejections: list[Rejection]) -> None:
    """Write a CSV file with a line for each rejection. Raises `OSError`."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(Rejection._fields)
        writer.writerows(rejections)

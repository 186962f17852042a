"""Extract one day of the two-week "Anonymous Bank" record as a data file of the package.

Usage: python scripts/extract_recorded_day.py ARCHIVE.csv.gz 1999-02-01 [FOLDER]

Rows are copied unchanged and in order, so the result can be checked against the archive.
"""

import gzip
import sys
from pathlib import Path

DEFAULT_FOLDER = Path(__file__).parent.parent / "simulation" / "data"


def extract_day(archive: Path, date: str, folder: Path) -> Path:
    """Write the rows of `date` to `folder` and return the file; raise `ValueError` if none."""
    header, *rows = gzip.decompress(archive.read_bytes()).decode("utf-8").splitlines()
    chosen = [row for row in rows if row.startswith(f"{date},")]
    if not chosen:
        raise ValueError(f"{archive}: no rows of {date!r}; dates are written YYYY-MM-DD")
    target = folder / f"anonymous-bank-{date}.csv"
    target.write_text("\n".join([header, *chosen, ""]), encoding="utf-8")
    return target


def main(arguments: list[str]) -> None:
    """Run with the command line's `arguments`."""
    if len(arguments) not in (2, 3):
        sys.exit(__doc__)
    folder = Path(arguments[2]) if len(arguments) == 3 else DEFAULT_FOLDER
    try:
        print(extract_day(Path(arguments[0]), arguments[1], folder))
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])

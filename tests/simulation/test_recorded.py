"""Reading recorded days: faults of the record, and errors that say where and why."""

import gzip
from pathlib import Path

import pytest

from simulation.recorded import DAY_MS, RecordedOutcome, load_calls, shipped_days
from simulation.recorded_rows import COLUMNS, RecordError

HEADER = ",".join(COLUMNS)
SERVED = "1999-02-01,07:41:20,AA0105,cust-01509,2,PS,6,07:41:26,19,AGENT,07:41:44,73,agent-02"
MIDNIGHT = "1999-02-10,23:59:56,AA0115,cust-01025,1,PS,0,00:00:02,27,AGENT,00:00:29,29,agent-13"
NEGATIVE_MENU = (
    "1999-02-01,11:49:41,AA0201,cust-02825,1,PS,-65,11:48:36,115,AGENT,11:50:30,49,agent-03"
)
NOTHING_KNOWN = "1999-02-01,00:11:28,AA0102,,0,NW,18,,0,HANG,,0,"


def write(folder: Path, *rows: str, name: str = "calls.csv") -> Path:
    path = folder / name
    text = "\n".join([HEADER, *rows, ""])
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def clock_ms(hours: int, minutes: int, seconds: int) -> int:
    return ((hours * 60 + minutes) * 60 + seconds) * 1000


def test_a_row_becomes_a_call(tmp_path: Path) -> None:
    (call,) = load_calls(write(tmp_path, SERVED))
    assert call.call_id == "1999-02-01-0001"
    assert (call.customer_id, call.agent_id, call.priority) == ("cust-01509", "agent-02", 2)
    assert (call.call_type, call.queue_id) == ("PS", "regular")
    assert call.arrival_ms == clock_ms(7, 41, 20)
    assert call.entry_ms == call.queue_entry_ms == clock_ms(7, 41, 26)
    assert (call.wait_ms, call.service_ms) == (19_000, 73_000)
    assert call.service_start_ms == clock_ms(7, 41, 44)
    assert call.outcome is RecordedOutcome.AGENT


def test_empty_fields_are_none_and_entry_follows_the_menu(tmp_path: Path) -> None:
    (call,) = load_calls(write(tmp_path, NOTHING_KNOWN))
    unknown = (call.customer_id, call.agent_id, call.queue_entry_ms, call.service_start_ms)
    assert unknown == (None, None, None, None)
    assert call.entry_ms == clock_ms(0, 11, 46)


def test_times_after_midnight_belong_to_the_next_day(tmp_path: Path) -> None:
    (call,) = load_calls(write(tmp_path, MIDNIGHT))
    assert call.arrival_ms == clock_ms(23, 59, 56)
    assert call.queue_entry_ms == DAY_MS + 2_000
    assert call.service_start_ms == DAY_MS + 29_000


def test_negative_menu_time_is_not_taken_for_midnight(tmp_path: Path) -> None:
    (call,) = load_calls(write(tmp_path, NEGATIVE_MENU))
    assert call.menu_ms == -65_000
    assert call.entry_ms == clock_ms(11, 48, 36)


def test_one_day_of_a_compressed_file_with_several(tmp_path: Path) -> None:
    path = write(tmp_path, SERVED, NEGATIVE_MENU, MIDNIGHT, name="calls.csv.gz")
    assert [c.call_id for c in load_calls(path)] == [
        "1999-02-01-0001",
        "1999-02-01-0002",
        "1999-02-10-0001",
    ]
    assert [c.date for c in load_calls(path, "1999-02-10")] == ["1999-02-10"]


@pytest.mark.parametrize(
    ("good", "bad", "column", "value"),
    [
        ("07:41:20", "7:41", "arrival", "7:41"),
        ("07:41:26", "24:00:00", "queue_entry", "24:00:00"),
        (",19,", ",-1,", "queue_s", "-1"),
        (",73,", ",7.5,", "service_s", "7.5"),
        ("AGENT", "LOST", "outcome", "LOST"),
        (",PS,", ",XX,", "type", "XX"),
        (",2,PS", ",9,PS", "priority", "9"),
        ("1999-02-01", "01/02/1999", "date", "01/02/1999"),
        ("07:41:20", "", "arrival", ""),
    ],
)
def test_a_bad_value_is_named_with_file_line_and_column(
    tmp_path: Path, good: str, bad: str, column: str, value: str
) -> None:
    path = write(tmp_path, NOTHING_KNOWN, SERVED.replace(good, bad, 1))
    with pytest.raises(RecordError) as caught:
        load_calls(path)
    assert str(caught.value).startswith(f"{path}, line 3, column {column}: {value!r} ")


def test_a_short_row_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "1999-02-01,07:41:20,AA0105")
    with pytest.raises(RecordError, match="line 2: 3 fields instead of 13"):
        load_calls(path)


def test_other_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("when,who\n1,2\n")
    with pytest.raises(RecordError, match="line 1: columns"):
        load_calls(path)


def test_missing_and_damaged_files(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.csv.gz"
    damaged.write_bytes(gzip.compress(HEADER.encode())[:-9])
    for path in (tmp_path / "none.csv", damaged):
        with pytest.raises(RecordError, match="can't be read"):
            load_calls(path)


def test_an_unknown_date_says_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="holds 1999-02-01"):
        load_calls(write(tmp_path, SERVED), "1999-02-05")
    with pytest.raises(RecordError, match="choose 1999-02-01"):
        load_calls("2001-01-01")


def test_the_shipped_day_is_complete() -> None:
    assert shipped_days() == ("1999-02-01",)
    calls = load_calls("1999-02-01")
    assert len(calls) == 1567
    assert len({call.call_id for call in calls}) == 1567
    assert {call.date for call in calls} == {"1999-02-01"}

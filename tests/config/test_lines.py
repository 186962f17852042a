"""Line numbers of keys in any valid TOML."""

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from config.lines import line_numbers, line_of
from config.loader import default_text
from config.problems import Path

TEXT = (
    r'''# a comment with [brackets] and = signs
title = "a \" # not a comment"
a.b."c.d" = 1   # dotted
[table] # [not.this]
  inline = { x = 1, "y z" = { w = [1, 2] } }
  text = """
[not_a_table]
key = "inside"
"""""
  raw = '''.replace("'''", "")
    + """'''
x = 1'''
  after = 2
  list = [ # a comment, with ] and "
    1,
    { deep = 'a,b' },

    [ 2, [] ],
  ]
[[members]]
name = "first"
[members.inner]
value = 1979-05-27 07:32:00
[[members.things]]
n = 0x1F
[[members.things]]
n = -inf
[[members]]
  [members.inner]
  value = 3
"""
)


def test_each_construct_has_its_line() -> None:
    tomllib.loads(TEXT)
    lines = line_numbers(TEXT)
    expected: dict[Path, str] = {
        ("title",): "title =",
        ("a", "b", "c.d"): "a.b.",
        ("table",): "[table]",
        ("table", "inline", "y z", "w", 1): "  inline",
        ("table", "text"): "  text",
        ("table", "raw"): "  raw",
        ("table", "after"): "  after",
        ("table", "list", 1, "deep"): "    { deep",
        ("table", "list", 2, 1): "    [ 2",
        ("members", 0, "name"): 'name = "first"',
        ("members", 0, "inner", "value"): "value = 1979",
        ("members", 0, "things", 0, "n"): "n = 0x1F",
        ("members", 0, "things", 1, "n"): "n = -inf",
        ("members", 1, "inner", "value"): "  value = 3",
    }
    for path, beginning in expected.items():
        assert TEXT.splitlines()[lines[path] - 1].startswith(beginning), path
    assert ("not_a_table",) not in lines


def test_an_absent_key_has_the_line_of_the_table_around_it() -> None:
    lines = line_numbers("a = 1\n[b]\nc = 1\n")
    assert line_of(("b", "missing", 0), lines) == 2
    assert line_of(("x",), lines) is None


def paths(value: Any, path: Path = ()) -> set[Path]:
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        found = set().union(*(paths(one, (*path, key)) for key, one in inner))
        return found | ({path} if path else set())
    return {path}


def test_the_default_file_is_found_whole() -> None:
    assert line_numbers(default_text()).keys() == paths(tomllib.loads(default_text()))


SCALARS = st.one_of(
    st.sampled_from(["1", "-2.5e3", "true", "nan", "1979-05-27", '""', "''", "'''a'b'''"]),
    st.sampled_from(['"a]b}c,#"', '"\\"\\\\"', '"""x"y""z"""', '"""x"""""', "'''\n[t]\n'''''"]),
)
KEYS = st.sampled_from(["a", "b-1", '"c.d"', "'e f'", '"\\u00fc\\""', "7"])


def joined(parts: list[str], opening: str, closing: str, separator: str) -> str:
    return opening + separator.join(parts) + closing


VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: joined(parts, "[\n", "]", ", # ]}\n ")),
        st.dictionaries(KEYS, inner, max_size=3).map(
            lambda table: joined([f"{k} = {v}" for k, v in table.items()], "{ ", " }", ", ")
        ),
    ),
    max_leaves=8,
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=4).map(
    lambda table: "".join(f" {key}\t= {value} # [x]\n" for key, value in table.items())
)


@given(TABLES, st.lists(TABLES, max_size=3), TABLES)
@settings(max_examples=200, deadline=None)
def test_every_path_of_any_text_is_found_on_its_line(
    top: str, members: list[str], table: str
) -> None:
    text = top + "".join(f"[[ list ]]\n{one}" for one in members) + f"[x.'y']\n{table}"
    lines = line_numbers(text)
    assert lines.keys() >= paths(tomllib.loads(text)) - {("x",)}
    rows = text.splitlines()
    for (*_, last), line in lines.items():
        if isinstance(last, str) and last.isalnum() and last.isascii():
            assert last in rows[line - 1]

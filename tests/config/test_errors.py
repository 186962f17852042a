"""Each way a configuration can be wrong, and what is said about it."""

from pathlib import Path

import pytest

from config.loader import load_settings
from config.problems import ENVIRONMENT, SHOWN_IN_FULL, ConfigError, ConfigFileError, Problem

ID_RULE = "an id in quotes: 1 to 128 of the characters A-Z a-z 0-9 . _ : @ = ~ -"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tidegate.toml"


def problems(file: Path, text: str, **environ: str) -> list[Problem]:
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(file, environ)
    return caught.value.problems


WRONG_VALUES = [
    ("[bus]\nport = 65536", 2, "bus.port = 65536: must be a whole number from 0 to 65535"),
    ('[bus]\nport = "1"', 2, 'bus.port = "1": must be a whole number from 0 to 65535'),
    ("[bus]\nport = true", 2, "bus.port = true: must be a whole number from 0 to 65535"),
    ("[bus]\nport = 1.5", 2, "bus.port = 1.5: must be a whole number from 0 to 65535"),
    ("bus = 5", 1, "bus = 5: must be a table with the keys broker, host, port,"),
    (
        "[limits]\nunlisted_agents = 1",
        2,
        "limits.unlisted_agents = 1: must be true or false, without quotes",
    ),
    (
        '[journal]\nsynchronous = "OFF"',
        2,
        'journal.synchronous = "OFF": must be one of "FULL", "NORMAL"',
    ),
    (
        '[limits]\nexclusive_channels = [\n"voice",\n"fax"]',
        4,
        'limits.exclusive_channels[#2] = "fax": must be one of "voice", "chat", "task"',
    ),
    ("[centre]\ntenant = 'a/b'", 2, f'centre.tenant = "a/b": must be {ID_RULE}'),
    ("[journal]\npath = 3", 2, "journal.path = 3: must be the path of a file, in quotes"),
    (
        "[bus]\nusername = ''",
        2,
        'bus.username = "": must be a text in quotes, 1 to 1024 characters',
    ),
    (
        '[[queues]]\nqueue_id = "cards"\nring_timeout_ms = 5',
        3,
        "queues[cards].ring_timeout_ms = 5: must be a whole number from 1000 to 600000",
    ),
    ("[[queues]]\npriority = 1", 1, f"queues[#1].queue_id: is missing; {ID_RULE}"),
    (
        '[[agents]]\nagent_id = "a"\nskills = { cards = 11 }',
        3,
        "agents[a].skills.cards = 11: must be a whole number from 1 to 10",
    ),
    (
        '[[agents]]\nagent_id = "a"\nskills = { "c d" = 1 }',
        3,
        f"agents[a].skills.c d: the name must be {ID_RULE}",
    ),
    (
        '[[queues]]\nqueue_id = "a"\n[queues.destinations]\nbusy = "x"',
        4,
        "queues[a].destinations.busy: the name must be one of"
        ' "closed", "full", "no_staff", "waited_too_long"',
    ),
    (
        '[[queues]]\nqueue_id = "a"\n[[queues.hours]]\ndays = ["mon"]\nopens = "8:00"\n'
        'closes = "24:00"',
        5,
        'queues[a].hours[#1].opens = "8:00": must be a time in quotes from "00:00" to "23:59"',
    ),
    (
        '[[queues]]\nqueue_id = "a"\nhours = [\n{ days = [], opens = "08:00", closes = "24:00" }]',
        4,
        "queues[a].hours[#1].days = []: must be a list in [ ], at least one of them: one of"
        ' "mon", "tue",',
    ),
]

UNKNOWN_KEYS = [
    ("[bus]\nprt = 1", 2, 'bus.prt = 1: no such key; did you mean "port"?'),
    (
        "port = 1",
        1,
        "port = 1: no such key here; it belongs under [bus]",
    ),
    (
        '[[queues]]\nqueue_id = "a"\n[queues.wrap_up]\nmax_waiting = 1',
        4,
        "queues[a].wrap_up.max_waiting = 1: no such key here; it belongs under [[queues]]",
    ),
    (
        "[journal]\nqqq = 1",
        2,
        "journal.qqq = 1: no such key; the keys here are path, synchronous, max_batch,",
    ),
    ("[buss]\nport = 1", 1, 'buss: no such key; did you mean "bus"?'),
]

CONTRADICTIONS = [
    (
        '[[queues]]\nqueue_id = "a"\nstrict_priority = true\npriority_step_ms = 5',
        4,
        "queues[a].priority_step_ms = 5: leave it out: strict_priority = true puts priority first",
    ),
    (
        '[[queues]]\nqueue_id = "a"\ntime_zone = "europe/Berln"',
        3,
        'queues[a].time_zone = "europe/Berln": must be the IANA name of a time zone, as "UTC" or'
        ' "Europe/Berlin"; did you mean "Europe/Berlin"?',
    ),
    (
        '[[queues]]\nqueue_id = "a"\ntime_zone = "../../etc/passwd"',
        3,
        'queues[a].time_zone = "../../etc/passwd": must be the IANA name of a time zone',
    ),
    (
        '[[queues]]\nqueue_id = "a"\n[[queues.hours]]\ndays = ["mon"]\nopens = "08:00"\n'
        'closes = "08:00"',
        6,
        'queues[a].hours[#1].closes = "08:00": must be another time than opens; the whole day is',
    ),
    (
        '[[queues]]\nqueue_id = "a"\n[[queues]]\nqueue_id = "b"\n[[queues]]\nqueue_id = "a"',
        6,
        'queues[a].queue_id = "a": given before, in queues[#1]; each queue_id may stand once',
    ),
    (
        '[[agents]]\nagent_id = "a"\n[[agents]]\nagent_id = "a"',
        4,
        'agents[a].agent_id = "a": given before, in agents[#1]; each agent_id may stand once',
    ),
    (
        "[bus]\nretry_min_ms = 5000\nretry_max_ms = 500",
        1,
        "bus: retry_min_ms = 5000 is more than retry_max_ms = 500: it must be at most that",
    ),
    (
        '[bus]\nhost = "0.0.0.0"',
        1,
        'bus: host = "0.0.0.0" with broker = "embedded": the embedded broker asks nobody',
    ),
    (
        '[bus]\nbroker = "mqtt"\nport = 0',
        1,
        'bus: port = 0 with broker = "mqtt": give the broker\'s port, 1 to 65535',
    ),
    (
        '[service]\nhttp_host = "0.0.0.0"',
        1,
        'service: http_host = "0.0.0.0" can be reached from other machines',
    ),
    (
        '[bus.tls]\nca_file = "/no/such.pem"',
        2,
        'bus.tls.ca_file = "/no/such.pem": must be a file; there is none',
    ),
]


@pytest.mark.parametrize(("text", "line", "said"), WRONG_VALUES + UNKNOWN_KEYS + CONTRADICTIONS)
def test_a_problem_names_file_line_key_value_and_what_is_allowed(
    file: Path, text: str, line: int, said: str
) -> None:
    (problem,) = problems(file, text)
    assert str(problem).startswith(f"{file}:{line}: {said}")


def test_a_certificate_needs_its_key(file: Path) -> None:
    (problem,) = problems(file, f"[bus.tls]\ncert_file = '{file}'")
    assert str(problem) == (
        f"{file}:1: bus.tls: cert_file and key_file belong together: give both or neither"
    )


SYNTAX = [
    ("[bus]\nport 1", 2, "not valid TOML: Expected '=' after a key in a key/value pair (column 6)"),
    ("[bus]\nhost = abc", 2, "Invalid value (column 8); texts and times stand in quotes"),
    ("opens = 08:00", 1, "not valid TOML: "),
    ("[bus]\n\n[bus]", 3, "not valid TOML: Cannot declare ('bus',) twice (column 5)"),
    ('a = """\nb', 2, "not valid TOML: "),
    ("a = " + "[" * 5_000, 1, "not valid TOML: nested too deeply"),
]


@pytest.mark.parametrize(("text", "line", "said"), SYNTAX)
def test_a_mistake_in_the_notation_is_placed(file: Path, text: str, line: int, said: str) -> None:
    (problem,) = problems(file, text)
    assert problem.line == line
    assert said in str(problem)


def test_lists_nested_beyond_reason_are_refused(file: Path) -> None:
    found = problems(file, "a = " + "[" * 280 + "]" * 280)
    assert found[0].file == str(file)


def test_everything_wrong_is_said_at_once_in_the_order_of_the_file(file: Path) -> None:
    text = (
        '[bus]\nport = -1\nhots = "x"\n[[queues]]\nqueue_id = "a"\npriority = 100\n'
        'time_zone = "Mars/Base"\n[[queues]]\nqueue_id = "a"\n[queues.wrap_up]\nkind = "x"\n'
    )
    found = problems(file, text, TIDEGATE__BUS__KEEPALIVE_S="1")
    assert [(one.line, one.key) for one in found] == [
        (2, "bus.port"),
        (3, "bus.hots"),
        (6, "queues[a].priority"),
        (7, "queues[a].time_zone"),
        (9, "queues[a].queue_id"),
        (11, "queues[a].wrap_up.kind"),
        (None, "TIDEGATE__BUS__KEEPALIVE_S"),
    ]


def test_the_text_of_an_error_counts_and_stops_in_time(file: Path) -> None:
    file.write_text("".join(f"[[agents]]\nagent_id = 'a{n}'\nx = 1\n" for n in range(60)))
    with pytest.raises(ConfigError) as caught:
        load_settings(file, {})
    lines = str(caught.value).splitlines()
    assert lines[0] == "60 problems in the configuration:"
    assert lines[1].startswith(f"  {file}:3: agents[a0].x = 1: no such key")
    assert lines[-1] == f"  ... and {60 - SHOWN_IN_FULL} more"


def test_a_long_value_is_shortened(file: Path) -> None:
    (problem,) = problems(file, f"[bus]\nport = '{'x' * 500}'")
    assert problem.value == '"' + "x" * 79 + "..."


def test_a_missing_file_tells_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileError, match="there is no such file; write one with"):
        load_settings(tmp_path / "none.toml", {})


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileError, match="cannot be read: Is a directory"):
        load_settings(tmp_path, {})


def test_bytes_that_are_not_utf8_are_placed(file: Path) -> None:
    file.write_bytes(b"[centre]\n# caf\xe9\n")
    with pytest.raises(ConfigFileError) as caught:
        load_settings(file, {})
    (problem,) = caught.value.problems
    assert str(problem) == (
        f"{file}:2: byte 0xe9 is not text in UTF-8 (the file looks like Windows-1252"
        " (Western European)); save the file with encoding UTF-8"
    )


SECRETS = [
    "[bus]\npassword = 'hunter2'",
    "[bus]\npasword = 'hunter2'",
    "password = 'hunter2'",
    "bus_secret = 'hunter2'",
    "[broker]\npassword = 'hunter2'",
    "[[bus]]\npassword = 'hunter2'",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_password_in_the_file_is_refused_and_not_repeated(file: Path, text: str) -> None:
    found = problems(file, text)
    assert "hunter2" not in str(ConfigError(found))
    assert all("hunter2" not in repr(one) for one in found)


def test_a_password_in_the_file_gets_the_remedy(file: Path) -> None:
    (problem,) = problems(file, "[bus]\npassword = 'hunter2'")
    assert "never stands in this file" in problem.allowed
    assert "TIDEGATE_BUS_PASSWORD" in problem.allowed


VARIABLES = [
    ("TIDEGATE__BUS__PORT", "18x", '= "18x": must be a whole number from 0 to 65535'),
    ("TIDEGATE__BUS__PORT", "70000", "= 70000: must be a whole number from 0 to 65535"),
    ("TIDEGATE__BUS__PRT", "1", '= "1": no such key; did you mean "port"?'),
    ("TIDEGATE__BUZ__PORT", "1", '= "1": no such key; did you mean "bus"?'),
    ("TIDEGATE__BUS", "x", '= "x": this names a whole table; name one of its keys: broker,'),
    ("TIDEGATE__BUS__HOST", "", '= "": is empty: give a value or unset the variable'),
    ("TIDEGATE__BUS__HOST", "a\udce9", r"= "),
    ("TIDEGATE__QUEUES__A", "x", '= "x": queues stand in the file only'),
    ("TIDEGATE__AGENTS__A", "x", '= "x": agents stand in the file only'),
    ("TIDEGATE__BUS__PASSWORD", "hunter2", ": the password is read from TIDEGATE_BUS_PASSWORD"),
    ("TIDEGATE__BUS__HOST__X", "x", '= "x": no such key; host is not a table'),
    (
        "TIDEGATE__LIMITS__EXCLUSIVE_CHANNELS",
        "voice,fax",
        '= "fax": must be one of "voice", "chat", "task"',
    ),
    ("TIDEGATE__BUS__TLS__CA_FILE", "/no/ca.pem", '= "/no/ca.pem": must be a file; there is none'),
]


@pytest.mark.parametrize(("name", "value", "said"), VARIABLES)
def test_a_wrong_variable_is_named(file: Path, name: str, value: str, said: str) -> None:
    (problem,) = problems(file, "", **{name: value})
    separator = "" if said.startswith(":") else " "
    assert str(problem).startswith(f"{ENVIRONMENT}: {name}{separator}{said}")
    assert "hunter2" not in str(problem)


def test_a_contradiction_made_by_a_variable_names_it(file: Path) -> None:
    (problem,) = problems(file, "", TIDEGATE__SERVICE__HTTP_HOST="0.0.0.0")
    assert (problem.file, problem.key) == (ENVIRONMENT, "TIDEGATE__SERVICE__HTTP_HOST")


PASSWORD_FILES = [
    (b"", "must be a file with a password of 1 to 1024 characters and nothing else; it has 0"),
    (b"x" * 1_025, "nothing else; it has 1025"),
    (b"\xff", "must be a readable file: it is not text in UTF-8"),
    (None, "must be a readable file: No such file or directory"),
]


@pytest.mark.parametrize(("content", "said"), PASSWORD_FILES)
def test_a_password_file(file: Path, content: bytes | None, said: str) -> None:
    secret = file.with_name("secret")
    if content is not None:
        secret.write_bytes(content)
    (problem,) = problems(file, f"[bus]\npassword_file = '{secret}'")
    assert str(problem).startswith(f'{file}:2: bus.password_file = "')
    assert said in str(problem)


def test_two_passwords_are_one_too_many(file: Path) -> None:
    (problem,) = problems(file, "[bus]\npassword_file = 'x'", TIDEGATE_BUS_PASSWORD="hunter2")
    assert "not together with TIDEGATE_BUS_PASSWORD: give one of them" in str(problem)

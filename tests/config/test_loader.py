"""What a good file and good variables give."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.loader import default_text, load_settings
from config.problems import ConfigError, Problem
from config.routing import AgentSettings, QueueSettings, RoutingSettings
from config.settings import BusSettings, ServiceSettings, TidegateSettings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tidegate.toml"


def loaded(file: Path, text: str, **environ: str) -> TidegateSettings:
    file.write_text(text, "utf-8")
    return load_settings(file, environ)


def test_an_empty_file_gives_the_defaults(file: Path) -> None:
    assert loaded(file, "") == TidegateSettings()


def test_without_a_path_the_shipped_file_is_read() -> None:
    settings = load_settings(None, {})
    assert [queue.queue_id for queue in settings.queues] == ["service", "chat"]


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf[bus]\r\nport = 1884\r\n")
    assert load_settings(file, {}).bus.port == 1884


def test_variables_go_before_the_file(file: Path) -> None:
    settings = loaded(
        file,
        "[bus]\nport = 1884\nkeepalive_s = 60",
        TIDEGATE__BUS__PORT="1_885",
        TIDEGATE__LIMITS__UNLISTED_AGENTS="False",
        TIDEGATE__LIMITS__EXCLUSIVE_CHANNELS="voice, chat",
        TIDEGATE__BUS__USERNAME="1234",
        TIDEGATE__JOURNAL__PATH="/tmp/j.db",
        HOME="/root",
    )
    assert (settings.bus.port, settings.bus.keepalive_s) == (1885, 60)
    assert settings.limits.unlisted_agents is False
    assert settings.limits.exclusive_channels == ["voice", "chat"]
    assert settings.bus.username == "1234"
    assert settings.journal.path == Path("/tmp/j.db")


def test_the_password_comes_from_the_environment_and_is_not_printed(file: Path) -> None:
    settings = loaded(file, "", TIDEGATE_BUS_PASSWORD="hunter2")
    assert settings.bus.password is not None
    assert settings.bus.password.get_secret_value() == "hunter2"
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in settings.model_dump_json()


@pytest.mark.parametrize("content", [b"hunter2", b"hunter2\n", b"hunter2\r\n"])
def test_the_password_comes_from_its_file(file: Path, content: bytes) -> None:
    secret = file.with_name("secret")
    secret.write_bytes(content)
    settings = loaded(file, f"[bus]\npassword_file = '{secret}'")
    assert settings.bus.password is not None
    assert settings.bus.password.get_secret_value() == "hunter2"


def test_the_routing_part_is_what_the_core_gets(file: Path) -> None:
    settings = loaded(file, '[[queues]]\nqueue_id = "a"\n[[agents]]\nagent_id = "b"')
    assert settings.routing() == RoutingSettings(
        queues=[QueueSettings(queue_id="a")], agents=[AgentSettings(agent_id="b")]
    )


def test_the_routing_part_survives_the_journal(file: Path) -> None:
    text = '[[queues]]\nqueue_id = "a"\nstrict_priority = true\n'
    routing = loaded(file, text + '[queues.destinations]\nclosed = "x"').routing()
    assert RoutingSettings.model_validate(routing.model_dump(mode="json")) == routing


def test_ids_given_twice_do_not_reach_the_core() -> None:
    twice = TidegateSettings(agents=[AgentSettings(agent_id="a"), AgentSettings(agent_id="a")])
    with pytest.raises(ValueError, match="agent_id given twice: a"):
        twice.routing()


def test_the_client_id_is_made_of_the_centre_unless_given() -> None:
    assert TidegateSettings().client_id() == "tidegate-demo-main-default"
    assert TidegateSettings(bus=BusSettings(client_id="x")).client_id() == "x"


def test_pages_beyond_loopback_come_with_a_warning() -> None:
    assert ServiceSettings().exposes_beyond_loopback() is None
    exposed = ServiceSettings(http_host="0.0.0.0", http_beyond_loopback=True)
    assert "without a password" in (exposed.exposes_beyond_loopback() or "")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST"])
def test_every_name_of_this_machine_is_loopback(host: str) -> None:
    assert ServiceSettings(http_host=host).exposes_beyond_loopback() is None


LINES = default_text().splitlines()
SNIPPETS = ["", "[", "x = 1", "= 3", '"', "[[queues]]", "nan", "inf", "1979-05-27", "{}", "[]"]


@given(
    st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from([*SNIPPETS, *LINES]))),
    st.dictionaries(
        st.sampled_from(["TIDEGATE__", "TIDEGATE__BUS__PORT", "TIDEGATE__A__[KEY]"]),
        st.text(st.characters(exclude_characters="\0"), max_size=5),
    ),
)
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_file_is_good_or_explained(
    file: Path, damage: list[tuple[int, str]], environ: dict[str, str]
) -> None:
    lines = [line.removeprefix("# e.g. ") for line in LINES]
    for number, line in damage:
        lines[number] = line
    file.write_text("\n".join(lines), "utf-8")
    for one in explained(file, environ):
        assert one.key or one.line
        assert one.line is None or 0 < one.line <= len(lines)


def explained(file: Path, environ: dict[str, str]) -> list[Problem]:
    """The problems found, none if the file is good; any other exception is a failure."""
    try:
        load_settings(file, environ)
    except ConfigError as error:
        return error.problems
    tomllib.loads(file.read_text("utf-8"))
    return []

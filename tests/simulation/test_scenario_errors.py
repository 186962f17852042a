"""A scenario that cannot be: named file, line, key, value, and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulation.scenario import Scenario
from simulation.scenario_loader import ScenarioError, load_scenario

EXAMPLES = sorted(Path("examples/scenarios").glob("*.toml"))
GOOD = Path("examples/scenarios/bank-50-agents.toml").read_text("utf-8")


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "scenario.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    return [str(one).removeprefix(f"{file}:") for one in caught.value.problems]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda one: one.stem)
def test_the_examples_are_good(file: Path) -> None:
    assert load_scenario(file).name == file.stem


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("mean = 210_000", "mean = 0", "18: queues[bank].service_ms.mean = 0: must be greater"),
        ("agents = 50", "agents = 0", "22: groups[tellers]: the group tellers never has an agent"),
        ("bank = 5", "shop = 5", "{ bank = 1 }: nobody can serve this queue"),
        ("requires = { bank = 1 }\n", "", "name at least one skill"),
        ("service_ms =", "servce_ms =", 'servce_ms: no such key; did you mean "service_ms"?'),
        ("cost_milli_per_s = 50", "cost = 50", "gate.wait_cost = 50: no such key"),
        ("per_hour = 771.4", 'per_hour = "7"', 'arrivals.per_hour = "7": must be a valid number'),
        ('"constant"', '"constat"', 'arrivals.kind = "constat": must be one of "constant"'),
        ("mean = 120_000", "mean = 1, cv = 1", "patience_ms.cv = 1: no such key"),
        ("patience_ms", "wrap_up_ms", "agents cannot end the wrap-up themselves"),
        ("duration_ms = 43_200_000", "", "duration_ms: is missing"),
        ("agents = 50", "staffing = []", "give either agents (all day) or staffing"),
        ('"optimal"', '"best"', "gate.policy = \"best\": must be 'never'"),
        ("771.4 }", "771.4 ", "not valid TOML"),
    ],
)
def test_one_mistake(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    assert says in "\n".join(problems(tmp_path, GOOD.replace(old, new)))


@pytest.mark.parametrize(
    ("periods", "says"),
    [
        ('{ starts = "12:00", ends = "12:00", per_hour = 5 }', "from 12:00 to 12:00 is empty"),
        (
            '{ starts = "9:00", ends = "12:00", per_hour = 5 }',
            'a time of day in quotes, as "09:30"',
        ),
        ('{ starts = "09:00", ends = "12:00", per_hour = 0 }', "nobody would ever arrive"),
        (
            '{ starts = "09:00", ends = "12:00", per_hour = 1 },'
            ' { starts = "11:00", ends = "13:00", per_hour = 1 }',
            "overlap",
        ),
    ],
)
def test_periods_that_cannot_be(tmp_path: Path, periods: str, says: str) -> None:
    arrivals = f'kind = "periods", periods = [{periods}]'
    text = GOOD.replace('kind = "constant", per_hour = 771.4', arrivals)
    assert says in "\n".join(problems(tmp_path, text))


def test_everything_wrong_is_told_at_once_in_order(tmp_path: Path) -> None:
    text = GOOD.replace("mean = 210_000", "mean = -1").replace("agents = 50", "agents = -2")
    lines = [one.split(":")[0] for one in problems(tmp_path, text)]
    assert lines == ["18", "25"]


def test_an_unstable_model_is_refused_with_its_load(tmp_path: Path) -> None:
    without_patience = GOOD.replace("patience_ms", "# patience_ms")
    (said,) = problems(tmp_path, without_patience.replace("771.4", "900"))
    assert "the load is 1.050 without any marketing" in said
    assert load_scenario_text(tmp_path, without_patience).queues[0].patience_ms is None


def load_scenario_text(tmp_path: Path, text: str) -> Scenario:
    file = tmp_path / "scenario.toml"
    file.write_text(text, "utf-8")
    return load_scenario(file)


def test_the_load_counts_agents_who_serve_several_queues_once(tmp_path: Path) -> None:
    """Two queues of load 0.6 each on the same 10 agents: unstable together, stable alone."""
    queue = """
[[queues]]
queue_id = "{name}"
requires = {{ {name} = 1 }}
wrap_up = {{ kind = "none" }}
arrivals = {{ kind = "constant", per_hour = 360 }}
service_ms = {{ kind = "fixed", value = 60_000 }}
"""
    text = 'name = "both"\nduration_ms = 3_600_000\n' + "".join(
        queue.format(name=name) for name in ("a", "b")
    )
    both = '[[groups]]\nname = "g"\nskills = { a = 1, b = 1 }\nagents = 10\n'
    (said,) = problems(tmp_path, text + both)
    assert "the load is 1.200" in said
    each = both + '[[groups]]\nname = "h"\nskills = { a = 1 }\nagents = 3\n'
    assert len(load_scenario_text(tmp_path, text + each).groups) == 2


def test_recorded_data_is_checked_when_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("service_s\n10\n\n30\n", "utf-8")
    recorded = 'kind = "recorded", file = "calls.csv", column = "service_s", scale = 1_000'
    text = GOOD.replace('kind = "exponential", mean = 210_000', recorded)
    assert load_scenario_text(tmp_path, text).queues[0].service_ms.average == 20_000
    for old, new, says in [
        ("calls.csv", "gone.csv", "cannot be read as CSV"),
        ('"service_s"', '"talk"', "has no column 'talk'; its columns are service_s"),
    ]:
        assert says in "\n".join(problems(tmp_path, text.replace(old, new)))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read: No such file"):
        load_scenario(tmp_path / "gone.toml")

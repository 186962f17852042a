"""The project as a whole: what is shipped, what its files may not name, versions that agree."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

# In pieces, so that this file does not have what it looks for.
REGISTRY_HOSTS = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.",
    "conda" + ".anaconda.org",
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me")) + r")/"
)


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """The files under version control that are still there."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("needs git and a clone: the files under version control are looked at")
    listed = subprocess.run(
        [git, "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.exists()]


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_owns_a_package_of_ours(package: str) -> None:
    others = set(packages_distributions().get(package, [])) - {PROJECT["project"]["name"]}
    assert not others, (
        f"the installed distribution {', '.join(sorted(others))} has a top-level package "
        f"'{package}', as Tidegate has; run Tidegate from an environment of its own (make setup)"
    )


def test_every_package_is_shipped(tracked: list[Path]) -> None:
    here = {path.parent.name for path in tracked if path.parent.parent == ROOT}
    packages = {name for name in here if (ROOT / name / "__init__.py") in tracked}
    assert packages == set(PACKAGES), "top-level packages, and those pyproject.toml ships"


def test_the_wheel_has_the_packages_with_their_data(tracked: list[Path], tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    ours = {path.relative_to(ROOT).as_posix() for path in tracked}
    sources = tuple(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"].get("exclude", ()))
    shipped = {name for name in ours if name.split("/")[0] in PACKAGES}
    wanted = {name for name in shipped if not name.startswith(sources)}
    assert wanted - names == set(), "missing from the wheel"
    data = {"config/default.toml", "bus/mosquitto.conf", "dashboard/static/index.html"}
    assert data < wanted
    assert any(name.startswith("simulation/data/") and name.endswith(".csv") for name in wanted)
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(PACKAGES)


def test_no_file_names_a_registry(tracked: list[Path]) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in tracked
        for host in REGISTRY_HOSTS
        if host in text_of(path)
    ]
    assert found == []


def test_no_file_names_a_path_of_some_machine(tracked: list[Path]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in tracked
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if MACHINE_PATHS.search(line)
    ]
    assert found == []


def test_the_search_for_paths_finds_them() -> None:
    assert MACHINE_PATHS.search("see " + "/ho" + "me/anna/x")
    assert not MACHINE_PATHS.search("docs/work/x and net/home/x")


def test_the_change_log_begins_with_this_version() -> None:
    headings = re.findall(
        r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert headings[0] == PROJECT["project"]["version"]


def test_the_lock_file_is_within_the_ranges_of_the_project() -> None:
    lines = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.partition("==") for line in lines if "==" in line]
    pinned = {canonicalize_name(name): pin.partition(";")[0].strip() for name, _, pin in pins}
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, wanted):
        pin = pinned.get(canonicalize_name(requirement.name))
        assert pin is not None, f"{requirement} has no line in requirements-dev.lock"
        assert pin in requirement.specifier, f"requirements-dev.lock has {pin}: {requirement}"

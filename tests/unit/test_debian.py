"""Nothing is installed into the operating system before a person can read what it is and why."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

import dev
from tools import browser_setup, browsers, cluster_setup, debian, postgres_setup

ROOT = Path(__file__).parents[2]
CLUSTER = {package: purpose for packages in cluster_setup.PACKAGES.values() for package, purpose in packages.items()}
SETUPS: dict[str, tuple[Callable[[], object], dict[str, str]]] = {
    **{name: (partial(browser_setup.ensure, name), packages) for name, packages in browser_setup.PACKAGES.items()},
    "postgres": (postgres_setup.ensure, postgres_setup.PACKAGES),
    "cluster": (cluster_setup.ensure, postgres_setup.PACKAGES | CLUSTER),
    "venv": (dev.make_venv, dev.VENV_PACKAGE),
}
"""For each setup its function, and the packages with their purposes."""


class Machine:
    """A Debian without any of the programs. It records what had been printed when apt-get installed a package."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys
        self.printed = ""
        self.printed_before: dict[str, str] = {}
        self.could_start_services = False

    def run(self, command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        self.printed += self.capsys.readouterr().out
        if command[:2] == ["apt-get", "install"]:
            packages = [word for word in command[2:] if not word.startswith("-")]
            self.printed_before |= dict.fromkeys(packages, self.printed)
            self.could_start_services |= not debian.POLICY.exists()
        # Nothing but apt-get succeeds: there is no venv module either, and dev.py ends with SystemExit.
        return subprocess.CompletedProcess(command, int(command[0] != "apt-get"), "", "")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Machine:
    """The process believes to run there, as root."""
    bare = Machine(capsys)
    monkeypatch.setattr(subprocess, "run", bare.run)
    monkeypatch.setattr(shutil, "which", lambda program, path=None: "/usr/bin/apt-get" if program == "apt-get" else None)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(browsers, "find_minibrowser", lambda: None)
    monkeypatch.setattr(postgres_setup, "SERVERS", f"{tmp_path}/*/postgres")
    monkeypatch.setattr(debian, "POLICY", tmp_path / "policy-rc.d")
    monkeypatch.setattr(postgres_setup, "CONFIG", tmp_path / "createcluster.conf")
    return bare


@pytest.mark.parametrize("name", SETUPS)
def test_name_and_purpose_are_printed_before(machine: Machine, name: str) -> None:
    """When apt-get begins, the output has each package with its purpose."""
    ensure, packages = SETUPS[name]
    with suppress(SystemExit):
        ensure()
    assert machine.printed_before.keys() == packages.keys()
    for package, purpose in packages.items():
        assert f"  {package}: {purpose}\n" in machine.printed_before[package]


@pytest.mark.parametrize("name", SETUPS)
def test_nothing_is_installed_without_root(machine: Machine, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A user without the right to install gets a sentence instead, and apt-get does not run."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with suppress(SystemExit):
        SETUPS[name][0]()
    assert machine.printed_before == {}


def test_a_package_that_is_there_is_not_installed(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has every program gets nothing."""
    monkeypatch.setattr(shutil, "which", lambda program, path=None: f"/usr/bin/{program}")
    monkeypatch.setattr(browsers, "find_minibrowser", lambda: "/usr/bin/MiniBrowser")
    for name in set(SETUPS) - {"venv"}:
        SETUPS[name][0]()
    assert machine.printed_before == {}


@pytest.mark.parametrize("name", SETUPS)
def test_no_service_starts(machine: Machine, name: str) -> None:
    """While apt-get installs, Debian's policy forbids to start a service; afterwards the policy is gone."""
    with suppress(SystemExit):
        SETUPS[name][0]()
    assert not machine.could_start_services
    assert not debian.POLICY.exists()


def test_postgresql_makes_no_server_of_its_own(machine: Machine) -> None:
    """A new machine gets the setting against a cluster once, and a setting that is there already stays."""
    postgres_setup.ensure()
    postgres_setup.ensure()
    assert postgres_setup.CONFIG.read_text() == postgres_setup.NO_CLUSTER


def test_a_failure_is_reported(machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """If apt-get fails, the result is false, and the output names the command for a person."""
    monkeypatch.setattr(subprocess, "run", lambda command, **options: subprocess.CompletedProcess(command, 100))
    assert not debian.install({"xvfb": "a display"}, "apt install xvfb")
    assert capsys.readouterr().out.endswith("apt-get failed; see its output above.\nTo install by hand: apt install xvfb\n")


def test_one_file_runs_apt_get() -> None:
    """No other program of this project calls apt-get."""
    files = [ROOT / "dev.py", *(ROOT / "tools").rglob("*.py"), *(ROOT / ".ci").iterdir()]
    assert [file.name for file in files if "apt-get" in file.read_text().replace("with apt-get", "")] == ["debian.py"]

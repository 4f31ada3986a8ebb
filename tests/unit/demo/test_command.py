"""`dev.py demo` as a command: the port that it takes, and what it says where it cannot start."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.server import Demo, serve
from tests.unit.demo.client import Client
from tools import demo as tool


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port where somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_the_port_is_the_same_each_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without `--port` the server is where an open page looks for it, also just after another one was there."""
    with serve(Demo(tmp_path / "clicks.sqlite3")) as url:
        Client(url).get("/")
        port = int(url.rpartition(":")[2])
    monkeypatch.setattr(tool, "PORT", port)
    assert tool.choose_port(None) == port


def test_a_taken_port_of_our_own_gives_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], taken_port: int
) -> None:
    """If the default port is in use, a free one is used, and one line is printed about it."""
    monkeypatch.setattr(tool, "PORT", taken_port)
    assert tool.choose_port(None) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert f"Port {taken_port} is in use" in line


@pytest.mark.parametrize("port", [-1, 65_536, None])
def test_a_port_that_cannot_be_had(capsys: pytest.CaptureFixture[str], taken_port: int, port: int | None) -> None:
    """A wish that is out of range or taken ends in one sentence and in exit status 2."""
    wanted = taken_port if port is None else port
    assert tool.main(["--port", str(wanted)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"--port is {wanted}; allowed is a port from 0 to 65535")


def test_a_file_that_is_no_database(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It is one sentence and exit status 2."""
    file = tmp_path / "clicks.sqlite3"
    file.write_text("no database, but a text that is longer than the first bytes of one" * 20)
    assert tool.main(["--database", str(file), "--port", "0"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"--database is {file}; allowed is an SQLite file")

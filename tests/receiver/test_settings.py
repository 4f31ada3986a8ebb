"""Settings come from the command line, the environment or the defaults; a wrong one is one sentence and exit code 2."""

from __future__ import annotations

import argparse
import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clickqueue_receiver import Settings, SettingsError
from clickqueue_receiver.main import main
from clickqueue_receiver.options import add_options, settings_from, variable
from clickqueue_receiver.welcome import welcome
from tests.receiver.served import environment, run


def parsed(*arguments: str, **environment: str) -> Settings:
    """The settings of a command line and an environment."""
    parser = argparse.ArgumentParser()
    add_options(parser)
    return settings_from(parser.parse_args(arguments), environment)


def test_nothing_given_is_the_defaults() -> None:
    """Without arguments all settings are those of `Settings()`."""
    assert parsed() == Settings()


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        (["--port", "9"], "port", 9),
        (["--no-migrate"], "migrate", False),
        (["--test-mode"], "test_mode", True),
        (["--allow-origin", "https://a.example", "--allow-origin", "*"], "allow_origin", ("https://a.example", "*")),
        (["--require", "campaign"], "require", ("campaign",)),
        (["--db", "postgresql://h/n"], "db", "postgresql://h/n"),
    ],
)
def test_an_option_sets_a_setting(arguments: list[str], name: str, value: Any) -> None:
    """Numbers, switches and lists."""
    assert getattr(parsed(*arguments), name) == value


def test_every_setting_has_a_variable() -> None:
    """The environment counts where the command line is silent; lists are separated by commas."""
    assert parsed(CLICKQUEUE_PORT="9").port == 9
    assert parsed("--port", "8", CLICKQUEUE_PORT="9").port == 8
    assert parsed(CLICKQUEUE_MIGRATE="No").migrate is False
    assert parsed(CLICKQUEUE_ALLOW_ORIGIN="https://a.example, https://b.example").allow_origin == (
        "https://a.example",
        "https://b.example",
    )
    assert len({variable(item.name) for item in dataclasses.fields(Settings)}) == len(dataclasses.fields(Settings))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"port": 65_536}, "port is 65536; allowed: a whole number from 0 to 65535"),
        ({"port": "80"}, "port is '80'"),
        ({"port": True}, "port is True"),
        ({"group_wait_ms": -1}, "a whole number from 0 to 100"),
        ({"migrate": "no"}, "migrate is 'no'; allowed: true or false"),
        ({"host": ""}, "host is ''; allowed: a text that is not empty"),
        ({"db": "mysql://h/n"}, "allowed: sqlite:///FILE or postgresql://USER@HOST/NAME"),
        ({"db": "clicks.sqlite3"}, "db is 'clicks.sqlite3'"),
        ({"db": "sqlite://clicks.sqlite3"}, "allowed: sqlite:///FILE"),
        ({"db": "mysql://clicks:secret@h/n?password=secret"}, "db is 'mysql://clicks:***@h/n?password=***'"),
        ({"allow_origin": ("https://a.example/",)}, "without a path, a final slash"),
        ({"allow_origin": ("a.example",)}, "SCHEME://HOST"),
        ({"allow_origin": ("null",)}, "allow_origin is 'null'"),
        ({"allow_origin": ("https://A.example",)}, "in lower case"),
        ({"allow_origin": ("https://a.example:443",)}, "the scheme's own port"),
        ({"allow_origin": "https://a.example"}, "a tuple of texts"),
        ({"allow_header": ("x key",)}, "the name of a header"),
        ({"require": ("",)}, "the name of a field"),
        ({"log_level": "loud"}, "debug, info, warning or error"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, Any], words: str) -> None:
    """The sentence has its name, its value and what is allowed."""
    with pytest.raises(SettingsError) as caught:
        Settings(**changes)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "x"], "port is 'x'; allowed: a whole number from 0 to 65535"),
        (["--prot", "1"], "unrecognized arguments: --prot 1"),
        (["serve"], "invalid choice: 'serve'"),
        (["--db", "sqlite:////there/is/no/such/folder.db"], "/there/is/no/such is no folder"),
        (["--db", "postgresql://u:secret@h/n?nonsense=1"], "db is 'postgresql://u:***@h/n?nonsense=1', which is no address"),
        (["--db", "postgresql://u:secret%zz@h/n"], "db is 'postgresql://u:***@h/n', which is no address; allowed: parameters"),
        (["--db", "postgresql://u@h:port/n"], "allowed: a number as its port"),
        (["export", "--format", "xml"], "format is 'xml'; allowed: csv or parquet"),
        (["export", "--since", "yesterday"], "since is 'yesterday'; allowed: a date such as"),
        (["export", "--out", "/there/is/no/file"], "there is no file"),
        (["purge"], "one of the arguments --older-than --session is required"),
        (["export", "--since", "0001-01-01T00:00:00+10:00"], "since is '0001-01-01T00:00:00+10:00'"),
        (["purge", "--older-than", "90"], "older_than is '90'; allowed: a number and d, h, m or s"),
        (["purge", "--older-than", "999999d"], "older_than is '999999d'"),
        (["purge", "--session", ""], "session is ''"),
    ],
)
def test_a_wrong_command_is_one_sentence(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 2, the sentence is on stderr, and there is no traceback."""
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert (words in error, "secret" in error) == (True, False)
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("db", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_memory_is_for_the_test_mode(db: str) -> None:
    """A database in memory would acknowledge clicks that end with the process, so it is no setting."""
    with pytest.raises(SettingsError):
        Settings(db=db)


def test_origins_of_every_kind_are_taken() -> None:
    """With a port, of an extension, of an app."""
    origins = (
        "https://a.example:8443",
        "http://localhost:443",
        "https://[::1]:8080",
        "chrome-extension://abc",
        "capacitor://localhost",
    )
    assert Settings(allow_origin=origins).allow_origin == origins


def test_a_start_that_fails_is_one_sentence(tmp_path: Path) -> None:
    """Without tables exit code 2, with a file that is no database 1; no traceback, and no address of a server that is not there."""
    bare = run(tmp_path, "--port", "0", "--no-migrate")
    (tmp_path / "clicks.sqlite3").write_text("a letter, and no database")
    broken = run(tmp_path, "--port", "0")
    assert [(done.returncode, done.stdout) for done in (bare, broken)] == [(2, b""), (1, b"")]
    assert [done.stderr for done in (bare, broken)] == [
        b"clickqueue-receiver: there is no file clicks.sqlite3; run clickqueue-receiver migrate\n",
        b"clickqueue-receiver: the database failed: file is not a database\n",
    ]


def test_an_address_with_several_hosts_is_shown_without_its_password() -> None:
    """libpq takes it, SQLAlchemy would not."""
    text = welcome(Settings(db="postgresql://u:secret@h1:1,h2:2/n?password=secret"), 8000)
    assert ("postgresql://u:***@h1:1,h2:2/n?password=***" in text, "secret" in text) == (True, False)


def test_help_has_groups_and_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    """--help names each option and its environment variable."""
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    text = capsys.readouterr().out
    assert caught.value.code == 0
    assert [title for title in ("Storage:", "Events:", "Limits:", "Under load:", "Server:") if title not in text] == []
    assert [item.name for item in dataclasses.fields(Settings) if variable(item.name) not in text.replace("\n", "")] == []


def test_without_the_extra_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    """One sentence and exit code 2, where `pip install clickqueue` came without `[receiver]`."""
    blocked = "import sys; sys.modules['sqlalchemy'] = None; from clickqueue_receiver.command import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", blocked], env=environment(), cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "pip install 'clickqueue[receiver]'" in done.stderr


def test_without_pyarrow_parquet_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same for `export --format parquet`."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    db = f"sqlite:///{tmp_path / 'clicks.sqlite3'}"
    assert [main(["migrate", "--db", db]), main(["export", "--db", db, "--format", "parquet", "--out", str(tmp_path / "x")])] == [
        0,
        2,
    ]
    assert not (tmp_path / "x").exists()
    assert "install clickqueue[receiver-parquet]" in capsys.readouterr().err


def test_a_database_that_is_away_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 for the commands that need it at once."""
    assert main(["migrate", "--db", "postgresql://clicks@127.0.0.1:1/clicks"]) == 1
    error = capsys.readouterr().err
    assert ("the database failed: connection failed" in error, len(error.splitlines())) == (True, 1)

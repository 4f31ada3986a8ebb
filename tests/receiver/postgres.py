"""A real PostgreSQL on 127.0.0.1 with a folder of its own. It can be killed as by a power cut, and started again.

pytest-postgresql would not do: it starts the server with `-F`, which is without fsync, so that no commit would be as durable as in
production; it stops the server only in order, through pg_ctl; and pg_ctl refuses to run as root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tests.receiver.waiting import wait_until

# Where Debian puts what is not in the path.
FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "max_connections": "60",
}


def find(program: str) -> str | None:
    """A program of PostgreSQL's server, or None."""
    return shutil.which(program) or next((str(folder / program) for folder in FOLDERS if (folder / program).is_file()), None)


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def owner() -> str | None:
    """Who runs the server: it refuses to be root. None is whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def reachable_folder(prefix: str) -> Iterator[Path]:
    """A folder that the user who runs the servers can reach, until the block ends; pytest's own are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


class Postgres:
    """One server. `url` stays the same through restarts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._log = folder.parent / "postgres.log"
        self.url = f"postgresql://clicks@127.0.0.1:{self.port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None
        self._user = owner()
        folder.mkdir(parents=True)
        if self._user:
            shutil.chown(folder, self._user)
        initdb = [
            find("initdb") or "initdb",
            "-D",
            str(folder),
            "-U",
            "clicks",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(initdb, check=True, capture_output=True, user=self._user, cwd="/")

    def start(self) -> None:
        """Start, or start again, and wait until it answers."""
        options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
        command = [find("postgres") or "postgres", "-D", str(self.folder), "-p", str(self.port), *options]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stderr=log, stdout=log, user=self._user, cwd="/", start_new_session=True)
        wait_until(self.answers, f"PostgreSQL on port {self.port} answers", timeout_s=30)

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL for the server and every process of it, at once."""
        assert self._process
        self._signal(signal.SIGKILL)
        self._process.wait()

    def pause(self) -> None:
        """SIGSTOP: connections stay open, and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """Stop at once and for good; the folder is thrown away."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process
        pid = self._process.pid
        # Each is the leader of a session of its own, so that the group has the first alone.
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in [pid, *map(int, children)]:
            with suppress(ProcessLookupError):
                os.kill(each, number)

    def log(self) -> str:
        """All that it has printed."""
        return self._log.read_text()

    def query(self, statement: str) -> list[tuple[object, ...]]:
        """The rows of a statement."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server that runs until the block ends."""
    with reachable_folder("clickqueue-postgres-") as folder:
        server = Postgres(folder / "data")
        try:
            server.start()
            yield server
        finally:
            server.stop()

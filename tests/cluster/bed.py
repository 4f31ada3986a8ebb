"""A cluster on loopback: three etcd, three PostgreSQL under Patroni, and HAProxy before them and before two receivers."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.cluster.configuration import Node, database_proxy, patroni, receivers_proxy
from tests.cluster.program import Program, kill, offspring
from tests.receiver.postgres import find, free_port, owner
from tests.receiver.served import Served
from tests.receiver.waiting import wait_until
from tools.cluster_setup import find as find_program

NODES = ("n1", "n2", "n3")
ORIGIN = "https://shop.example"
START_S = 120
"""initdb and two base backups, on a machine that does other things too."""


def own_folder(parent: Path, name: str) -> Path:
    """A folder that the unprivileged user may write."""
    folder = parent / name
    folder.mkdir(mode=0o700)
    if user := owner():
        shutil.chown(folder, user)
    return folder


class Member:
    """One node: Patroni, and the PostgreSQL that it starts."""

    def __init__(self, parent: Path, name: str, etcd: list[str]) -> None:
        self.node = Node(name, free_port(), free_port())
        folder = own_folder(parent, name)
        # Others may put a link to `postgres` into the path; the folder that has this one has all that Patroni calls.
        programs = Path(find("pg_controldata") or "pg_controldata").parent
        (folder / "patroni.yml").write_text(patroni(self.node, etcd, folder, programs))
        self.program = Program(folder, "patroni", "patroni.yml")

    def kill(self) -> None:
        """SIGKILL for Patroni first, then for the server and its processes: none of them can say goodbye."""
        pids = self.program.pids()
        server = self.program.folder / "data" / "postmaster.pid"
        # Patroni lets the server go, so that it is not among its children.
        if server.exists():
            pid = int(server.read_text().split()[0])
            pids += [pid, *offspring(pid)]
        kill(pids)
        self.program.kill()


def etcds(parent: Path) -> tuple[list[Program], list[str]]:
    """Three members of one etcd, and the addresses for their clients."""
    names = [f"e{number}" for number in (1, 2, 3)]
    peers = {name: f"http://127.0.0.1:{free_port()}" for name in names}
    clients = {name: f"http://127.0.0.1:{free_port()}" for name in names}
    together = ",".join(f"{name}={url}" for name, url in peers.items())
    members = []
    for name in names:
        # A disk that others use too must not cost an election.
        timing = ("--heartbeat-interval", "300", "--election-timeout", "3000")
        peer = ("--listen-peer-urls", peers[name], "--initial-advertise-peer-urls", peers[name], "--initial-cluster", together)
        client = ("--listen-client-urls", clients[name], "--advertise-client-urls", clients[name])
        members.append(Program(own_folder(parent, name), "etcd", "--name", name, "--data-dir", "data", *timing, *peer, *client))
    return members, [url.removeprefix("http://") for url in clients.values()]


class Cluster:
    """All of it. `port` takes clicks, `url` is the database's address for the receivers, both through HAProxy."""

    def __init__(self, folder: Path) -> None:
        self._etcd, addresses = etcds(folder)
        self.nodes = {name: Member(folder, name, addresses) for name in NODES}
        self.port, self._database = free_port(), free_port()
        self.url = f"postgresql://clicks@127.0.0.1:{self._database}/clicks"
        self.receivers = [Served(folder, "--db", self.url, "--retry-after-s", "1", "--allow-origin", ORIGIN) for _ in range(2)]
        for receiver in self.receivers:
            receiver.port = free_port()
        proxy = own_folder(folder, "haproxy")
        servers = [f"127.0.0.1:{receiver.port}" for receiver in self.receivers]
        nodes = [each.node for each in self.nodes.values()]
        parts = receivers_proxy(f"127.0.0.1:{self.port}", servers), database_proxy(f"127.0.0.1:{self._database}", nodes)
        (proxy / "haproxy.cfg").write_text("\n".join(parts))
        self._proxy = Program(proxy, find_program("haproxy") or "haproxy", "-db", "-f", "haproxy.cfg")

    def start(self) -> None:
        """Start all, and wait until a synchronous standby is there and clicks are taken."""
        for program in [*self._etcd, *(each.program for each in self.nodes.values()), self._proxy]:
            program.start()
        self.wait_until(self.is_whole, "three nodes are there, one of them in step", START_S)
        wait_until(self._answers, "HAProxy leads to the leader")
        with psycopg.connect(self._url_of("postgres", "postgres"), autocommit=True) as connection:
            connection.execute("CREATE ROLE clicks LOGIN")
            connection.execute("CREATE DATABASE clicks OWNER clicks")
        for receiver in self.receivers:
            receiver.start()
            wait_until(lambda each=receiver: each.health() == 200, "the receiver has its database")  # type: ignore[misc]

    def wait_until(self, condition: Callable[[], object], what: str, timeout_s: float) -> None:
        """Wait for a condition; an error has the end of every log."""
        try:
            wait_until(condition, what, timeout_s)
        except AssertionError as error:
            raise AssertionError(f"{error}\nroles: {self.roles()}\n{self.logs()}") from None

    def stop(self) -> None:
        """Stop all, the receivers first; the folder is thrown away."""
        for receiver in self.receivers:
            if receiver.process and receiver.process.poll() is None:
                receiver.kill()
        for each in self.nodes.values():
            each.kill()
        for program in [self._proxy, *self._etcd]:
            program.kill()

    def roles(self) -> dict[str, str]:
        """The role of each node that runs, by what the first Patroni that answers knows: leader, sync_standby or replica."""
        for each in self.nodes.values():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{each.node.rest}/cluster", timeout=5) as answer:
                    members = json.load(answer)["members"]
            except (OSError, ValueError):
                continue
            return {member["name"]: member["role"] for member in members if member["state"] in ("running", "streaming")}
        return {}

    def is_whole(self) -> bool:
        """Whether all nodes run, one leads, and one is in step with it."""
        return sorted(self.roles().values()) == ["leader", "replica", "sync_standby"]

    def leader(self) -> str | None:
        """The node that leads."""
        return next((name for name, role in self.roles().items() if role == "leader"), None)

    def ids(self, name: str | None = None) -> list[str]:
        """Every id in the table, as often as it is there: at the leader, or at a node."""
        url = self.url if name is None else f"postgresql://clicks@127.0.0.1:{self.nodes[name].node.port}/clicks"
        with psycopg.connect(url) as connection:
            return [str(row[0]) for row in connection.execute("SELECT id FROM clicks")]

    def logs(self) -> str:
        """The end of every log, for an error message."""
        programs = {"haproxy": self._proxy, "etcd": self._etcd[0]} | {name: each.program for name, each in self.nodes.items()}
        return "\n".join(f"--- {name}\n{program.log()}" for name, program in programs.items())

    def _url_of(self, user: str, database: str) -> str:
        return f"postgresql://{user}@127.0.0.1:{self._database}/{database}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._url_of("postgres", "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

"""The files of patroni.yml and haproxy.cfg, of which docs/receiver.md shows the same text with addresses of its own.

Pure: from names and ports to text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PATRONI = """\
scope: clicks
name: {name}
etcd3:
  hosts: {etcd}
restapi:
  listen: {address}:{rest}
  connect_address: {address}:{rest}
bootstrap:
  dcs:
    synchronous_mode: true
    # Seconds until a leader that is gone loses its lock; Patroni wants ttl >= loop_wait + 2 * retry_timeout.
    ttl: 20
    loop_wait: 5
    retry_timeout: 5
    postgresql:
      use_pg_rewind: true
  initdb:
    - data-checksums
    - encoding: UTF8
    - locale: C
postgresql:
  listen: {address}:{port}
  connect_address: {address}:{port}
  data_dir: {data}
  bin_dir: {programs}
  parameters:
    unix_socket_directories: {sockets}
  authentication:
    superuser: {{username: postgres}}
    replication: {{username: replicator}}
  pg_hba:
{hba}
"""

# Everybody on this machine may connect to the test bed. For real: scram-sha-256, and a password for each user.
TRUST = """\
    - local all all trust
    - host all all 127.0.0.1/32 trust
    - host replication all 127.0.0.1/32 trust"""

RECEIVERS = """\
defaults
    timeout connect 2s
    timeout client 75s
    timeout server 75s

listen receivers
    mode http
    bind {receivers}
    balance leastconn
    option httpchk GET /healthz
    # A receiver that shuts down answers 503 here for drain_ms: set it above the two seconds that these checks need.
    default-server inter 1s fall 2 rise 1
    # Another receiver takes a request that one refuses or cuts; the ids make a second try harmless.
    option redispatch
    retry-on conn-failure empty-response 503
{servers}
    # While the database is away no receiver is healthy. Then their own 503 goes out, with Retry-After and the CORS headers.
    option allbackups
{backups}
"""

DATABASE = """\
# The leader alone answers 200 to /primary. Connections to a former leader are cut, so that none of them waits for it.
listen database
    mode tcp
    bind {database}
    timeout client 1h
    timeout server 1h
    option httpchk GET /primary
    default-server check inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
{nodes}
"""


@dataclass(frozen=True)
class Node:
    """One PostgreSQL with its Patroni: where they listen."""

    name: str
    port: int
    rest: int
    address: str = "127.0.0.1"


def patroni(node: Node, etcd: list[str], folder: Path, programs: Path) -> str:
    """The text of patroni.yml for one node, with its data in a folder."""
    return PATRONI.format(
        name=node.name,
        etcd=",".join(etcd),
        address=node.address,
        rest=node.rest,
        port=node.port,
        data=folder / "data",
        programs=programs,
        sockets=folder,
        hba=TRUST,
    )


def database_proxy(address: str, nodes: list[Node]) -> str:
    """The part of haproxy.cfg that leads to the leader: the address to bind, and the nodes."""
    lines = [f"    server {node.name} {node.address}:{node.port} port {node.rest}" for node in nodes]
    return DATABASE.format(database=address, nodes="\n".join(lines))


def receivers_proxy(address: str, servers: list[str]) -> str:
    """The part of haproxy.cfg before the receivers, and the defaults: the address to bind, and theirs."""
    return RECEIVERS.format(
        receivers=address,
        servers="\n".join(f"    server r{number} {each} check" for number, each in enumerate(servers, 1)),
        backups="\n".join(f"    server b{number} {each} backup" for number, each in enumerate(servers, 1)),
    )


EXAMPLE_RECEIVERS = receivers_proxy("10.0.0.1:8080", ["10.0.2.1:8000", "10.0.2.2:8000"])
EXAMPLE_DATABASE = database_proxy("10.0.0.1:5000", [Node(f"n{number}", 5432, 8008, f"10.0.1.{number}") for number in (1, 2, 3)])
"""Both as docs/receiver.md shows them."""

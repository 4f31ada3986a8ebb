"""The leader of the database dies under load: a standby takes over, and no acknowledged event is missing or double."""

from __future__ import annotations

import http.client
import time

from tests.cluster.bed import ORIGIN, Cluster
from tests.receiver.bed import BATCH
from tests.receiver.load import Load
from tests.receiver.waiting import wait_until

EVENTS = 5_000
"""Acknowledged before and after the kill."""
FAILOVER_S = 120
"""A deadline that only a failure reaches: the lock of the dead leader lives 20 s."""


def refusal(port: int) -> http.client.HTTPMessage | None:
    """The headers of a 503, or None where there was another answer. The request carries no event."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", BATCH, "{}", {"content-type": "application/json", "origin": ORIGIN})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.headers if answer.status == 503 else None


def test_a_killed_leader_loses_nothing(cluster: Cluster) -> None:
    """SIGKILL of the leader's PostgreSQL and Patroni under load: 503 meanwhile, then every acknowledged event is there, once."""
    with Load(cluster.port) as load:
        load.wait_for(EVENTS)
        roles = cluster.roles()
        dead = cluster.leader()
        assert dead
        killed_s = time.monotonic()
        cluster.nodes[dead].kill()
        answered = len(load.statuses)
        wait_until(lambda: 503 in load.statuses[answered:], "requests are answered 503")
        refused = answered + load.statuses[answered:].index(503)
        refusals: list[http.client.HTTPMessage] = []

        def is_over() -> bool:
            refusals.extend(headers for headers in [refusal(cluster.port)] if headers)
            return 200 in load.statuses[refused:]

        cluster.wait_until(is_over, "events are acknowledged again", FAILOVER_S)
        failover_s = time.monotonic() - killed_s
        load.wait_for(EVENTS)
    found = cluster.ids()
    missing, double = load.acknowledged - set(found), len(found) - len(set(found))
    print(f"\nleader {dead} killed: {len(load.acknowledged)} acknowledged, {len(missing)} missing, {double} double")
    print(
        f"failover: {failover_s:.1f} s from the kill to the next acknowledged event; {load.statuses.count(503)} answers were 503"
    )
    assert (missing, double, set(found) - load.sent) == (set(), 0, set())
    # A 503 that HAProxy makes itself has neither, and a page could not read when to come again.
    assert refusals
    own = [headers for headers in refusals if "retry-after" not in headers or headers["access-control-allow-origin"] != ORIGIN]
    print(f"{len(refusals)} refusals looked at, {len(own)} of them made by HAProxy itself")
    assert own == []
    leader = cluster.leader()
    assert leader
    # The one that had every commit, and none that may lack some.
    assert roles[leader] == "sync_standby"
    cluster.nodes[dead].program.start()
    cluster.wait_until(cluster.is_whole, "the dead node is back as a standby", FAILOVER_S)
    cluster.wait_until(lambda: sorted(cluster.ids(dead)) == sorted(found), "it has the same events as the leader", FAILOVER_S)

"""docs/receiver.md shows the configuration that the failover was seen with, and SQL that deduplicates."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.configuration import EXAMPLE_DATABASE, EXAMPLE_RECEIVERS, PATRONI
from tests.receiver.bed import BATCH, batch, event
from tests.receiver.postgres import Postgres, running_postgres
from tests.receiver.served import ROOT, run, served

DOC = (ROOT / "docs" / "receiver.md").read_text()


def block(language: str, title: str = "A cluster") -> str:
    """The one block of a language in a section."""
    section = DOC.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    (found,) = re.findall(rf"```{language}\n(.*?)```", section, re.S)
    return str(found)


def post(port: int, body: bytes) -> Any:
    """The answer to one batch."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{BATCH}", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A single server."""
    with running_postgres() as server:
        yield server


def test_haproxy_is_configured_as_documented() -> None:
    """The text is that of the test bed, with other addresses."""
    assert block("haproxy", "Many receivers, one database") == EXAMPLE_RECEIVERS
    assert block("haproxy") == EXAMPLE_DATABASE


def test_patroni_is_configured_as_documented() -> None:
    """Every line of the excerpt is in the test bed's file."""
    lines = set(PATRONI.splitlines())
    assert [line for line in block("yaml").splitlines()[1:] if line not in lines] == []


def test_a_partitioned_table_deduplicates(postgres: Postgres, tmp_path: Path) -> None:
    """The same events twice, in a partition, in the default one, and without a timestamp: each is stored once."""
    assert run(tmp_path, "migrate", "--db", postgres.url).returncode == 0
    postgres.query(block("sql"))
    far = [event(timestamp=value) for value in (None, "never", 0, 10**17)]
    events = [*(event() for _ in range(5)), *far]
    with served(tmp_path, "--db", postgres.url) as receiver:
        for expected in (len(events), 0):
            assert post(receiver.port, batch(*events))["accepted"] == expected
    assert postgres.query("SELECT count(*), count(DISTINCT id) FROM clicks") == [(len(events), len(events))]
    assert postgres.query("SELECT count(*) FROM clicks_2026_01") == [(5,)]

"""One cluster for a test. In CI its programs are never missing."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.cluster.bed import Cluster
from tests.receiver.postgres import find, reachable_folder
from tools.cluster_setup import missing


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster that takes clicks."""
    programs = missing() + ([] if find("pg_controldata") else ["postgresql"])
    if programs:
        assert not os.environ.get("CI"), f"{', '.join(programs)} missing, and CI skips nothing; see tools/cluster_setup.py"
        pytest.skip(f"{', '.join(programs)} missing; python -m tools.cluster_setup says how to have them")
    with reachable_folder("clickqueue-cluster-") as folder:
        started = Cluster(folder)
        try:
            started.start()
            yield started
        finally:
            started.stop()

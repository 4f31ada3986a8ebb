"""The wheel of this tree, installed where its files can be looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.package.wheel import build, install
from tools import node


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and nothing else in it."""
    folder = tmp_path_factory.mktemp("wheel")
    return install(build("wheel", node.ROOT, folder), folder / "installed")

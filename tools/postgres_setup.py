"""A PostgreSQL server where there is none: on Debian, as root, from its own packages. Elsewhere it prints what to install.

It never fails: without a server the tests that need one are skipped, and in CI they fail.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.debian import apt, install

PACKAGES = {
    "postgresql": "the server that the receiver's tests start on a free port",
    "postgresql-common": "the file that keeps Debian from making a server of its own, which would start at each boot",
}
REMEDY = "apt install postgresql, brew install postgresql, or the package of your system"
# Debian keeps it out of the path.
SERVERS = "/usr/lib/postgresql/*/bin/postgres"
# With its default, Debian makes a server of its own, which starts at each boot on the port that everybody's has.
CONFIG = Path("/etc/postgresql-common/createcluster.conf")
NO_CLUSTER = "create_main_cluster = false\n"


def is_there() -> bool:
    """Whether a server is on this machine."""
    return shutil.which("postgres") is not None or any(Path("/").glob(SERVERS[1:]))


def ensure() -> None:
    """Install one, where that is possible."""
    if not is_there():
        install(PACKAGES, REMEDY, apt_without_cluster)


def apt_without_cluster(*packages: str) -> bool:
    """Install the server without a cluster; whether that worked."""
    is_new = not CONFIG.exists()
    if not apt("postgresql-common"):
        return False
    if is_new:  # Else somebody uses PostgreSQL here already, and the file is theirs.
        with CONFIG.open("a") as file:
            file.write(NO_CLUSTER)
    return apt(*packages)


if __name__ == "__main__":
    ensure()

"""A PostgreSQL server where there is none: on Debian, as root, from its own packages. Elsewhere it prints what to install.

It never fails: without a server the tests that need one are skipped, and in CI they fail.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tools import system_packages

PACKAGES = {"postgresql": "the server that the receiver's tests start on a free port"}
INSTEAD = "apt install postgresql, brew install postgresql, or whatever your system calls it"
# Debian keeps it out of the path.
SERVERS = "/usr/lib/postgresql/*/bin/postgres"
# Debian would start a server of its own, on the port that everybody's has.
CONFIG = Path("/etc/postgresql-common/createcluster.conf")
NO_CLUSTER = "create_main_cluster = false\n"


def is_there() -> bool:
    """Whether a server is on this machine."""
    return shutil.which("postgres") is not None or any(Path("/").glob(SERVERS[1:]))


def forbid_cluster() -> None:
    """Keep Debian's package from starting a server. A configuration that exists is left alone."""
    if not CONFIG.exists():
        print(f"Writing {CONFIG}, so that the package starts no server of its own.", flush=True)
        CONFIG.parent.mkdir(parents=True, exist_ok=True)
        CONFIG.write_text(NO_CLUSTER)


def ensure() -> None:
    """Install one, where that is possible."""
    if is_there():
        return
    if system_packages.can_install():
        forbid_cluster()
    system_packages.install(PACKAGES, INSTEAD)


if __name__ == "__main__":
    ensure()

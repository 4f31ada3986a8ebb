"""A PostgreSQL server where there is none: on Debian, as root, from its own packages. Elsewhere it says what to install.

It never fails: without a server the tests that need one are skipped, and in CI they fail.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.browser_setup import apt, can_apt

# Debian keeps it out of the path.
SERVERS = "/usr/lib/postgresql/*/bin/postgres"
# Debian would start a server of its own, on the port that everybody's has.
CONFIG = Path("/etc/postgresql-common/createcluster.conf")
NO_CLUSTER = "create_main_cluster = false\n"


def is_there() -> bool:
    """Whether a server is on this machine."""
    return shutil.which("postgres") is not None or any(Path("/").glob(SERVERS[1:]))


def ensure() -> None:
    """Install one, if this machine lets us."""
    if is_there():
        return
    print("No PostgreSQL server here, which the receiver's tests start on a free port; ", end="")
    if can_apt():
        print("installing postgresql with apt-get …", flush=True)
        if not CONFIG.exists():
            CONFIG.parent.mkdir(parents=True, exist_ok=True)
            CONFIG.write_text(NO_CLUSTER)
        if apt("postgresql"):
            return
        print("apt-get failed, see its output above; ", end="")
    print("to have one: apt install postgresql, brew install postgresql, or whatever your system calls it", flush=True)


if __name__ == "__main__":
    ensure()

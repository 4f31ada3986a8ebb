"""The programs of a PostgreSQL cluster where they are missing: on Debian, as root, from its own packages. Elsewhere it says what to install.

It never fails: the tests skip what cannot run here, and in CI they fail.
"""

from __future__ import annotations

import os
import shutil

from tools import postgres_setup
from tools.browser_setup import apt, can_apt

PACKAGES = {
    "patroni": ("patroni", "which decides who leads, and promotes a standby"),
    "etcd": ("etcd-server", "where Patroni keeps the leader's lock"),
    "haproxy": ("haproxy", "which leads connections to the leader, and requests to the receivers"),
}
"""For each program its package and its purpose."""


def find(program: str) -> str | None:
    """The path of a program, or None. Debian keeps HAProxy where only root's path leads."""
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


def missing() -> list[str]:
    """The programs that are not on this machine."""
    return [program for program in PACKAGES if not find(program)]


def ensure() -> None:
    """Install what is missing, if this machine lets us."""
    postgres_setup.ensure()
    programs = missing()
    if not programs:
        return
    print("The cluster that the tests start on loopback needs what is not here:")
    for program in programs:
        package, purpose = PACKAGES[program]
        print(f"  {package}: {purpose}")
    packages = [PACKAGES[program][0] for program in programs]
    if can_apt():
        print(f"Installing {' '.join(packages)} with apt-get …", flush=True)
        if apt(*packages):
            return
        print("apt-get failed, see its output above; ", end="")
    print(f"to have them: apt install {' '.join(packages)}, or what your system calls them", flush=True)


if __name__ == "__main__":
    ensure()

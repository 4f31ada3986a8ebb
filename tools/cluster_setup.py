"""The programs of a PostgreSQL cluster where they are missing: on Debian, as root, from its own packages. Elsewhere it prints what to install.

It never fails: the tests skip what cannot run here, and in CI they fail.
"""

from __future__ import annotations

import os
import shutil

from tools import postgres_setup, system_packages

PACKAGES = {
    "patroni": ("patroni", "decides which server of the tests' cluster leads, and promotes a standby"),
    "etcd": ("etcd-server", "has the lock of the leader, which Patroni renews"),
    "haproxy": ("haproxy", "forwards connections to the leader, and requests to the receivers"),
}
"""For each program its package and its purpose."""


def find(program: str) -> str | None:
    """The path of a program, or None. Debian keeps HAProxy where only root's path leads."""
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


def missing() -> list[str]:
    """The programs that are not on this machine."""
    return [program for program in PACKAGES if not find(program)]


def ensure() -> None:
    """Install what is missing, where that is possible."""
    postgres_setup.ensure()
    purposes = dict(PACKAGES[program] for program in missing())
    if purposes:
        system_packages.install(purposes, f"apt install {' '.join(purposes)}, or what your system calls them")


if __name__ == "__main__":
    ensure()

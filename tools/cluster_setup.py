"""The programs of a PostgreSQL cluster where they are missing: on Debian, as root, from its own packages. Elsewhere it prints what to install.

It never fails: the tests skip what cannot run here, and in CI they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess

from tools import postgres_setup
from tools.debian import install

PACKAGES = {
    "patroni": {
        "patroni": "decides which server of the tests' cluster leads, and promotes a standby",
        # Patroni is content with any of five clients of five stores, so that the one for etcd may be missing.
        "python3-etcd": "the client through which Patroni uses etcd",
    },
    "etcd": {"etcd-server": "has the lock of the leader, which Patroni renews"},
    "haproxy": {"haproxy": "forwards connections to the leader, and requests to the receivers"},
}
"""For each program its Debian packages, and the purpose of each."""


def find(program: str) -> str | None:
    """The path of a program, or None. Debian keeps HAProxy where only root's path leads."""
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


def missing() -> list[str]:
    """The programs that are not on this machine."""
    return [program for program in PACKAGES if not find(program)]


def ensure() -> None:
    """Install what is missing, where that is possible."""
    postgres_setup.ensure()
    programs = missing()
    purposes = {package: purpose for program in programs for package, purpose in PACKAGES[program].items()}
    if purposes and install(purposes, f"apt install {' '.join(purposes)}, or the packages with these programs on your system"):
        disable(programs)


def disable(services: list[str]) -> None:
    """Keep the services of these packages, which have the programs' names, from starting at the next boot."""
    if shutil.which("systemctl"):
        subprocess.run(["systemctl", "disable", "--quiet", *services], check=False)


if __name__ == "__main__":
    ensure()

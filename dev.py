#!/usr/bin/env python3
"""The entry point: sets up the environment, then runs tox. It uses only the standard library.

The environment is .venv/ and node_modules/. It is set up again only when a pin changes, so a second run needs no network.
"""

from __future__ import annotations

import configparser
import hashlib
import itertools
import os
import subprocess
import sys
from pathlib import Path

from tools import debian

HELP = """\
clickqueue: a click queue for embeddable widgets.

  python3 dev.py demo             serve the demo page with a real endpoint behind it, and print its address
  python3 dev.py demo --play      operate the demo page in a headless browser, and print the clicks, requests and received events
  python3 dev.py test             run everything: lint, types, build, size, unit, twin and browser tests
  python3 dev.py test unit -k age run one part (tox.ini lists the parts); pytest gets the other arguments
  python3 dev.py build            write dist/ from src/, and print its sizes
  python3 dev.py simulate         simulate many tabs under all faults; --runs N, --seed N
  python3 dev.py chaos            run tabs of a real browser under all faults; --minutes N, --seed N, --no-locks, --receiver
  python3 dev.py bench            measure a click, and situations that used to be slow, in a browser
  python3 dev.py bench receiver   compare the receiver with a plain handler; --seconds N, --write

The first run takes a minute to set up .venv/ and node_modules/. Later runs need no network.
"""

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
REQUIREMENTS = ROOT / "requirements.txt"
PINS = (REQUIREMENTS, ROOT / "package-lock.json")
STAMP = VENV / "pins.sha256"
OLDEST = (3, 11)
COMMANDS = ("demo", "build", "simulate", "chaos", "bench")
VENV_PACKAGE = {"python3-venv": "the Python module that creates .venv/"}
NO_VENV = """\
This Python cannot create a virtual environment: {fault}
On Debian and Ubuntu, run `apt install python3-venv`, then the same command again."""


def run(*command: str | Path) -> int:
    """Run a command in the project's folder; its output goes to the terminal."""
    return subprocess.run([str(part) for part in command], cwd=ROOT).returncode


def make_venv() -> None:
    """Make a fresh .venv/. On Debian, as root, install python3-venv first where it is missing."""
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode != 0 and debian.can_install() and debian.install(VENV_PACKAGE, "apt install python3-venv"):
        made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode != 0:
        sys.exit(NO_VENV.format(fault=(made.stdout + made.stderr).strip()))


def is_usable() -> bool:
    """Whether .venv/ has a Python that runs: the interpreter that created it may have been removed."""
    return PYTHON.exists() and subprocess.run([str(PYTHON), "-c", ""], capture_output=True).returncode == 0


def prepare() -> None:
    """Install the pinned packages, once for each state of the pins."""
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in PINS)).hexdigest()
    if is_usable() and STAMP.is_file() and STAMP.read_text() == wanted:
        return
    print("Setting up .venv/ and node_modules/: about a minute and 1 GB, once, and again when a pin changes …", flush=True)
    if not is_usable():
        make_venv()
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS)
    if run(*pip) != 0 or run(PYTHON, "-m", "tools.node") != 0:
        sys.exit("Installing the packages of requirements.txt or package-lock.json failed; see the output above.")
    STAMP.write_text(wanted)


def parts_of_tests() -> set[str]:
    """The parts that `dev.py test` can run: the environments in tox.ini."""
    contents = configparser.ConfigParser(interpolation=None)
    contents.read(ROOT / "tox.ini")
    return {section.removeprefix("testenv:") for section in contents.sections() if ":" in section}


def tox(parts: list[str], arguments: list[str]) -> int:
    """Replace this process by tox, so that Ctrl+C reaches tox alone. With one part, tox prints nothing about itself."""
    quiet = ["-qq"] if len(parts) == 1 else []
    chosen = ["-e", ",".join(parts)] if parts else []
    handed_on = ["--", *arguments] if arguments else []
    command = [str(PYTHON), "-m", "tox", "run", "--root", str(ROOT), *quiet, *chosen, *handed_on]
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(command[0], command)
    return run(*command)


def main(arguments: list[str]) -> int:
    if sys.version_info < OLDEST:
        sys.exit(f"This needs Python {OLDEST[0]}.{OLDEST[1]} or newer; {sys.executable} is {sys.version.split()[0]}.")
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command in ("help", "-h", "--help"):
        print(HELP, end="")
        return 0
    if command not in ("test", *COMMANDS):
        print(f"dev.py: unknown command '{command}'.\n\n{HELP}", end="", file=sys.stderr)
        return 2
    prepare()
    if command != "test":
        return tox([command], rest)
    known = parts_of_tests()
    parts = list(itertools.takewhile(known.__contains__, rest))
    others = rest[len(parts) :]
    if not parts and others and not others[0].startswith("-"):
        print(f"dev.py test: unknown part '{others[0]}'. Choose from {', '.join(sorted(known))}.", file=sys.stderr)
        return 2
    return tox(parts, others)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)

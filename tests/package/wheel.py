"""Distributions of this tree, built and installed without a network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def build(kind: str, project: Path, out: Path) -> Path:
    """Build an `sdist` or a `wheel` of a project into a folder; returns it."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(out)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (built,) = out.glob("*.tar.gz" if kind == "sdist" else "*.whl")
    return built


def install(wheel: Path, folder: Path) -> Path:
    """Install a wheel into a folder, without what it depends on; returns the folder."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(folder), str(wheel)]
    subprocess.run(command, check=True)
    return folder

"""Starts the recipes of examples/endpoints as an adopter does, each in a process of its own, with an empty database."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import node

FOLDER = node.ROOT / "examples" / "endpoints"
ORIGIN = "https://shop.example"
PYTHON = (sys.executable, "-u")

# Port 0 is any free one. Django's runserver prints the port that it was given, so a plain WSGI server runs that recipe.
WSGI = "from wsgiref.simple_server import make_server; from django_app import application; "
WSGI += (
    "server = make_server('127.0.0.1', 0, application); print(f'http://127.0.0.1:{server.server_port}'); server.serve_forever()"
)
RECIPES = {
    "Django": (*PYTHON, "-c", WSGI),
    "Flask": (*PYTHON, "-m", "flask", "--app", "flask_app", "run", "--port", "0"),
    "FastAPI": (*PYTHON, "-m", "uvicorn", "fastapi_app:app", "--port", "0"),
    "Express": (str(node.NODE), "express_app.mjs"),
    "receiver in FastAPI": (*PYTHON, "-m", "uvicorn", "receiver_fastapi:app", "--port", "0"),
    "receiver in Starlette": (*PYTHON, "-m", "uvicorn", "receiver_starlette:app", "--port", "0"),
}


@contextmanager
def serve(name: str, database: Path) -> Iterator[str]:
    """Run a recipe until the block ends; gives the address of its event route."""
    env = os.environ | {"CLICKS_DB": str(database), "CLICKS_ORIGIN": ORIGIN, "PORT": "0", "PYTHONPATH": str(node.ROOT / "src")}
    mount = "/tracking" if name.startswith("receiver") else ""
    command = RECIPES[name]
    with subprocess.Popen(command, cwd=FOLDER, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield f"{address_of(process)}{mount}/api/track/click"
        finally:
            process.kill()


def address_of(process: subprocess.Popen[str]) -> str:
    """The address that the server prints once it listens."""
    assert process.stdout is not None
    said = ""
    for text in process.stdout:
        said += text
        if found := re.search(r"http://127\.0\.0\.1:\d+", text):
            return found[0]
    raise AssertionError(f"the server ended before it listened:\n{said}")

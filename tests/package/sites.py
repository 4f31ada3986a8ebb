"""The sites of docs/python-web.md: the files that the guide shows, in a project of the real framework, with the installed wheel."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.endpoints.recipes import address_of
from tools import node

GUIDE = node.ROOT / "docs" / "python-web.md"
FENCE = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.M | re.S)
PYTHON = (sys.executable, "-u")
SERVERS = {
    "Flask": (*PYTHON, "-m", "flask", "--app", "app", "run", "--port", "0"),
    "Starlette": (*PYTHON, "-m", "uvicorn", "app:app", "--port", "0"),
    "FastAPI": (*PYTHON, "-m", "uvicorn", "app:app", "--port", "0"),
}

MANIFEST = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
SETTINGS = """
ALLOWED_HOSTS = ["*"]
DEBUG = {debug}
MIDDLEWARE += ["shop.csp.policy"]
STATIC_ROOT = BASE_DIR / "collected"
STORAGES = {{"staticfiles": {{"BACKEND": "{storage}"}}}}
TEMPLATES[0]["DIRS"] = [BASE_DIR / "templates"]
"""
"""The part of a project's settings that the guide does not change."""
URLS = """
from django.urls import path
from django.views.generic import TemplateView

urlpatterns = [path(name, TemplateView.as_view(template_name=f"{name or 'offer'}.html")) for name in ("", "module")]
"""
POLICY = """
import secrets

from django.utils.functional import SimpleLazyObject, empty


class Nonce(SimpleLazyObject):
    # False until something has read it, as that of Django 6.
    def __bool__(self):
        return self._wrapped is not empty


def policy(get_response):
    def respond(request):
        request.csp_nonce = Nonce(lambda: secrets.token_urlsafe(16))
        response = get_response(request)
        scripts = f"'nonce-{request.csp_nonce}'" if request.csp_nonce else "'none'"
        response["Content-Security-Policy"] = f"default-src 'none'; connect-src 'self'; script-src {scripts}"
        return response

    return respond
"""
SERVE = """
from wsgiref.simple_server import make_server
from shop.wsgi import application
server = make_server("127.0.0.1", 0, application)
print(f"http://127.0.0.1:{server.server_port}")
server.serve_forever()
"""
GET = """
import django, sys
django.setup()
from django.test import Client
print(Client().get(sys.argv[1]).text, end="")
"""


def blocks(section: str) -> dict[str, str]:
    """The files that a section of the guide shows, by their names."""
    (text,) = re.findall(rf"^## {section}\n(.*?)(?=^## )", GUIDE.read_text(), re.M | re.S)
    return dict(FENCE.findall(text))


def write(files: dict[str, str], folder: Path) -> None:
    """Write these files, in folders where their names say so."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@dataclass(frozen=True)
class Site:
    """A folder with the files of a site, and the folder with the installed wheel. `command` serves it and prints its address."""

    folder: Path
    installed: Path
    command: tuple[str, ...]

    def run(self, *arguments: str) -> str:
        """The output of a Python that finds the frameworks, the wheel and the site, and nothing of this tree."""
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=self.folder, env=self.env(), check=True, capture_output=True, text=True).stdout

    def env(self) -> dict[str, str]:
        """The environment of its processes."""
        return os.environ | {"PYTHONPATH": str(self.installed), "DJANGO_SETTINGS_MODULE": "shop.settings"}

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve it until the block ends; gives its address."""
        pipe = subprocess.PIPE
        with subprocess.Popen(
            self.command, cwd=self.folder, env=self.env(), stdout=pipe, stderr=subprocess.STDOUT, text=True
        ) as process:
            try:
                yield address_of(process)
            finally:
                process.kill()


def site(section: str, folder: Path, installed: Path) -> Site:
    """The site of Flask, Starlette or FastAPI; all three have the page that the guide shows for Flask."""
    write(blocks("Flask") | blocks(section), folder)
    return Site(folder, installed, SERVERS[section])


def django_project(folder: Path, installed: Path, storage: str = MANIFEST, debug: bool = False) -> Site:
    """The project of `django-admin startproject` with the guide's files in it; its pages have a strict Content Security Policy."""
    project = Site(folder, installed, (*PYTHON, "-c", SERVE))
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "django", "startproject", "shop", str(folder)], check=True)
    shown = blocks("Django")
    settings = folder / "shop" / "settings.py"
    added = shown.pop("settings.py") + SETTINGS.format(debug=debug, storage=storage)
    write(shown | {"shop/settings.py": settings.read_text() + added, "shop/urls.py": URLS, "shop/csp.py": POLICY}, folder)
    return project


def get(project: Site, path: str = "/") -> str:
    """A page of a Django project."""
    return project.run("-c", GET, path)

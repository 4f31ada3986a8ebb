"""The Django app in real projects: whichever storage serves the script, the tag's integrity is that of the served bytes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from clickqueue_web.script import integrity_of
from tests.package.sites import MANIFEST, PLAIN, Site, django_project, get


def attributes(page: str) -> dict[str, str]:
    """Those of the element that the tag wrote."""
    (element,) = re.findall(r"<script (src=.*?)></script>", page)
    return dict(re.findall(r'(\w+)="(.*?)"', element))


def collect(project: Site) -> Path:
    """Run `collectstatic`; returns the folder that a web server serves as /static/."""
    project.run("manage.py", "collectstatic", "--noinput")
    return project.folder / "collected"


def test_a_manifest_storage(tmp_path: Path, installed: Path) -> None:
    """The manifest storage renames and changes the script: name and integrity are those of the collected file."""
    project = django_project(tmp_path, installed, MANIFEST)
    collected = collect(project)
    script = attributes(get(project))
    assert re.fullmatch(r"/static/clickqueue/clickqueue\.iife\.\w{12}\.js", script["src"])
    content = (collected / script["src"].removeprefix("/static/")).read_bytes()
    assert script["integrity"] == integrity_of(content)
    assert content != (installed / "clickqueue/static/clickqueue/clickqueue.iife.js").read_bytes()


def test_a_plain_storage(tmp_path: Path, installed: Path) -> None:
    """A plain storage keeps the name, so the address has a version; the integrity is that of the collected file."""
    project = django_project(tmp_path, installed, PLAIN)
    collected = collect(project)
    script = attributes(get(project))
    assert re.fullmatch(r"/static/clickqueue/clickqueue\.iife\.js\?v=\w{12}", script["src"])
    assert script["integrity"] == integrity_of((collected / "clickqueue" / "clickqueue.iife.js").read_bytes())


@pytest.mark.parametrize("storage", [MANIFEST, PLAIN], ids=["manifest", "plain"])
def test_debug_mode(tmp_path: Path, installed: Path, storage: str) -> None:
    """In debug mode nothing is collected: Django finds the script in the app, and the tag's integrity is that of this file."""
    project = django_project(tmp_path, installed, storage, debug=True)
    script = attributes(get(project))
    found = Path(project.run("manage.py", "findstatic", "--first", "-v", "0", "clickqueue/clickqueue.iife.js").strip())
    assert script["src"].startswith("/static/clickqueue/clickqueue.iife.js?v=")
    assert script["integrity"] == integrity_of(found.read_bytes())
    assert found.is_relative_to(installed)


def test_an_uncollected_script(tmp_path: Path, installed: Path) -> None:
    """Before `collectstatic` the tag fails as `{% static %}` does, and names the missing file."""
    with pytest.raises(subprocess.CalledProcessError) as failure:
        get(django_project(tmp_path, installed, MANIFEST))
    assert "Missing staticfiles manifest entry for 'clickqueue/clickqueue.iife.js'" in failure.value.stderr


def test_a_lazy_nonce(tmp_path: Path, installed: Path) -> None:
    """A nonce that is false until something reads it, as that of Django 6, is written; the page's own script has the same."""
    page = get(django_project(tmp_path, installed, PLAIN))
    nonces = re.findall(r'nonce="([^"]*)"', page)
    assert nonces == [attributes(page)["nonce"]] * 2
    assert len(nonces[0]) > 20


def test_a_page_without_a_policy(tmp_path: Path, installed: Path) -> None:
    """Without a nonce the element has no such attribute: an empty one would only hide that there is none."""
    project = django_project(tmp_path, installed, PLAIN)
    settings = tmp_path / "shop" / "settings.py"
    settings.write_text(settings.read_text().replace('MIDDLEWARE += ["shop.csp.policy"]', ""))
    assert attributes(get(project)).keys() == {"src", "integrity", "crossorigin"}

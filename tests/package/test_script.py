"""The script element in any framework, and the Flask blueprint."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from flask import Flask, render_template_string

from clickqueue import asset_path
from clickqueue_web import script_tag
from clickqueue_web.flask import blueprint
from clickqueue_web.script import SCRIPT, integrity_of, script_element, versioned

INTEGRITY = integrity_of(b"")


class Unread:
    """A nonce that is false and becomes text."""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return "n-1"


def test_the_integrity_is_sha384() -> None:
    """The integrity of no bytes is the known SHA-384 of no bytes, in base64."""
    assert INTEGRITY == "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb"


def test_the_element_of_the_packaged_script() -> None:
    """The element names the file below the folder, its integrity, and no cookies for other origins."""
    integrity = integrity_of(asset_path(SCRIPT).read_bytes())
    src = versioned(f"/files/{SCRIPT}", integrity)
    assert script_tag("/files") == f'<script src="{src}" integrity="{integrity}" crossorigin="anonymous"></script>'
    assert script_tag("/files/") == script_tag("/files")


@pytest.mark.parametrize("nonce", [None, ""])
def test_no_nonce(nonce: object) -> None:
    """Without a nonce the element has no such attribute."""
    assert "nonce" not in script_tag("/files", nonce)


@pytest.mark.parametrize(("nonce", "text"), [("abc", "abc"), (Unread(), "n-1"), ('"><b>', "&quot;&gt;&lt;b&gt;")])
def test_a_nonce(nonce: object, text: str) -> None:
    """The element has the nonce, escaped, also one that is false until something reads it."""
    assert script_tag("/files", nonce).endswith(f' nonce="{text}"></script>')


def test_an_address_is_escaped() -> None:
    """An address cannot end the attribute that it is in."""
    assert 'src="/a?b&amp;c&quot;"' in script_element('/a?b&c"', INTEGRITY)


def test_a_new_file_has_a_new_address() -> None:
    """The version changes with the file, so that no cache answers with the old one; an address with a query may be signed."""
    assert versioned("/a.js", INTEGRITY) == versioned("/a.js", integrity_of(b""))
    assert versioned("/a.js", INTEGRITY) != versioned("/a.js", integrity_of(b"new"))
    assert versioned("/a.js?signed=1", INTEGRITY) == "/a.js?signed=1"


@pytest.mark.parametrize("prefix", [None, "/assets"])
def test_the_blueprint_follows_its_prefix(prefix: str | None) -> None:
    """The template function names the address at which the blueprint serves the file, and Jinja2 does not escape the element."""
    app = Flask(__name__)
    app.register_blueprint(blueprint, url_prefix=prefix)
    with app.test_request_context():
        element = render_template_string("{{ clickqueue_script(nonce='abc') }}")
    found = re.fullmatch(r'<script src="(.*?)" integrity="(.*?)" crossorigin="anonymous" nonce="abc"></script>', element)
    assert found
    assert found[1].startswith(f"{prefix or ''}/clickqueue/{SCRIPT}?v=")
    with closing(app.test_client().get(found[1])) as response:
        assert integrity_of(response.data) == found[2]
        assert response.mimetype == "text/javascript"

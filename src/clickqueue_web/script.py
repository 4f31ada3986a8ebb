"""The `<script>` element of the classic build, with an integrity that is true for the file which the browser gets.

Browsers refuse a script whose bytes differ from its integrity, and then every click is lost. So the address changes with the file: a
cached script of the last release would be refused too.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from html import escape

import clickqueue

SCRIPT = "clickqueue.iife.js"
"""Contains queue and hook and imports nothing, so a framework may rename it, and a page that uses both loads one copy."""


class Html(str):
    """Markup that Jinja2 and Django insert unescaped: both look for `__html__`."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def script_tag(folder_url: str, nonce: object = None) -> Html:
    """The element for a page of a host that serves the folder `clickqueue.asset_path().parent`.

    `folder_url` is the address of that folder, `/clickqueue` for example; a slash at its end makes no difference. `nonce` is that of
    the page's Content Security Policy, as text or as an object that becomes text; None and '' mean that there is none.
    """
    integrity = clickqueue.integrity(SCRIPT)
    return script_element(versioned(f"{folder_url.rstrip('/')}/{SCRIPT}", integrity), integrity, nonce)


def script_element(src: str, integrity: str, nonce: object = None) -> Html:
    """The element for any address whose file has this integrity. All values are escaped."""
    # Text first: a nonce of Django 6 or django-csp is false until something reads it.
    nonce_text = "" if nonce is None else str(nonce)
    # Without `crossorigin` browsers refuse a script with an integrity from another origin, which is where a CDN is.
    attributes = {"src": src, "integrity": integrity, "crossorigin": "anonymous"} | ({"nonce": nonce_text} if nonce_text else {})
    text = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    return Html(f"<script {text}></script>")


def integrity_of(content: bytes) -> str:
    """The value of the attribute `integrity` for these bytes: `sha384-` and 64 characters of base64."""
    return f"sha384-{b64encode(hashlib.sha384(content).digest()).decode()}"


def versioned(url: str, integrity: str) -> str:
    """An address that changes with the file. One that has a query is left as it is: it may be signed."""
    version = hashlib.sha256(integrity.encode()).hexdigest()[:12]
    return url if "?" in url else f"{url}?v={version}"

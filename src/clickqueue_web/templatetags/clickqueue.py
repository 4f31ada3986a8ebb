"""The Django tag `{% clickqueue_script %}`. The integrity is that of the collected file, which need not be the packaged one.

`ManifestStaticFilesStorage` renames the file and rewrites its last line, which names the source map.
"""

from __future__ import annotations

from functools import cache

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

from clickqueue import integrity
from clickqueue_web.script import SCRIPT, Html, integrity_of, script_element, versioned

PATH = f"clickqueue/{SCRIPT}"

register = template.Library()


@register.simple_tag
def clickqueue_script(nonce: object = None) -> Html:
    """The `<script>` element; `nonce` is `csp_nonce` in Django 6, `request.csp_nonce` with django-csp.

    Raises ValueError, as `{% static %}` does, where a storage with a manifest has not collected the file.
    """
    src = static(PATH)
    if settings.DEBUG or not hasattr(staticfiles_storage, "stored_name"):
        # In debug mode Django serves the packaged file, whatever the storage; a plain storage has an exact copy of it.
        packaged = integrity(SCRIPT)
        return script_element(versioned(src, packaged), packaged, nonce)
    return script_element(src, _stored_integrity(staticfiles_storage.stored_name(PATH)), nonce)


@cache  # The storage may be on another machine, and the hash in the name means that the content never changes.
def _stored_integrity(name: str) -> str:
    with staticfiles_storage.open(name) as file:
        return integrity_of(file.read())

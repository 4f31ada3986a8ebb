"""A Flask blueprint: serves the built files under /clickqueue, and gives templates `clickqueue_script()`.

`app.register_blueprint(blueprint)` is all; its `url_prefix` moves the address. The blueprint must keep its name, "clickqueue".
"""

from __future__ import annotations

from flask import Blueprint, url_for

from clickqueue import asset_path
from clickqueue_web.script import Html, script_tag

blueprint = Blueprint("clickqueue", __name__, static_folder=asset_path().parent, static_url_path="/clickqueue")


@blueprint.app_template_global()
def clickqueue_script(nonce: object = None) -> Html:
    """The `<script>` element, for any template of the application; `nonce` as in `script_tag`."""
    return script_tag(url_for("clickqueue.static", filename=""), nonce)

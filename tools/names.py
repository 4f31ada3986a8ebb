"""The one place where Python's snake_case becomes JavaScript's camelCase.

An attribute that JavaScript sees or provides stands here. Every other private (`_name`) or snake_case attribute
is ours alone and shrinks to a letter in the built module.
"""

from __future__ import annotations

NATIVE = {
    "append": "push",
    "py_get": "get",
    "startswith": "startsWith",
}
"""Methods that both machines have under different names; `py_get` is what Transcrypt makes of `get`."""

PUBLIC = (
    # ClickQueue, createWidgetApi, createUseWidget
    "get_snapshot",
    "track_click",
    "track_click_batch",
    "create_widget_api",
    "create_use_widget",
    # ports.py: what a host may hand in as `env`
    "call_later",
    "is_online",
    "list_keys",
    "new_id",
    "now_ms",
    "size_bytes",
    "uptime_ms",
    "user_agent",
)
"""Names that keep their words: whoever uses the module spells them."""

MANGLED = r"^_[a-z]|^[a-z]+_[a-z]|^(append|startswith)$"
"""Which attributes may be renamed at all. Dunder names are the transpiler's and never match; string keys neither."""


def camel(name: str) -> str:
    """`track_click_batch` as JavaScript spells it: `trackClickBatch`."""
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def mangle_cache() -> dict[str, str]:
    """What esbuild must not choose by itself."""
    return NATIVE | {name: camel(name) for name in PUBLIC}

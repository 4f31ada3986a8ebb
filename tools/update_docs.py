"""Writes into the documents what is measured: `python -m tools.update_docs` after a change; a test compares.

Invariant: only text between `<!-- name:begin -->` and `<!-- name:end -->` is written, and every such name is one of ours.
"""

from __future__ import annotations

import re
from functools import cache

from tools import node, role_diagram, sizes, source_bytes, state_diagram, widget_size, worked_example

README = node.ROOT / "README.md"
DESIGN = node.ROOT / "docs" / "design.md"
GUIDE = node.ROOT / "docs" / "WIDGET.md"
DOCS = (README, DESIGN, GUIDE)
CLASSIC = "clickqueue.iife.js"
SCRIPT_TAG = """
```html
<!doctype html>
<title>Offers</title>
<button id="offer">Try it free</button>
<script src="/dist/clickqueue.iife.js"
  integrity="{integrity}"
  crossorigin></script>
<script>
  const queue = new clickqueue.ClickQueue({{}}, clickqueue.createWidgetApi({{ endpoint: '/api/track/click' }}))
  document.querySelector('#offer').onclick = () => {{
    queue.enqueue({{ sessionId: 's-1', questionId: 'q-1', offerId: 'o-1', buttonVariantId: 'blue' }})
  }}
</script>
```
"""
"""A page with the classic script, as README and guide print it."""
MARKED = re.compile(r"(?<=<!-- )([\w-]+):begin -->(.*?)<!-- \1:end(?= -->)", re.S)


def with_thousands(number: int) -> str:
    """60000 as people read it: 60,000."""
    return f"{number:,}"


def names_in(text: str) -> list[str]:
    """The names of the marked places of a document."""
    return [found[1] for found in MARKED.finditer(text)]


def update(text: str, figures: dict[str, str]) -> str:
    """The document with these figures; places that they do not name stay as they are."""

    def filled(found: re.Match[str]) -> str:
        name, old = found.groups()
        return f"{name}:begin -->{figures.get(name, old)}<!-- {name}:end"

    return MARKED.sub(filled, text)


@cache
def explored() -> dict[str, str]:
    """What running queues show: both diagrams and the worked example. It takes a while, and does not change."""
    example = "\n".join(worked_example.run())
    return {
        "states": f"\n```mermaid\n{state_diagram.to_mermaid(state_diagram.explore())}```\n",
        "role-diagram": f"\n```mermaid\n{role_diagram.to_mermaid(role_diagram.explore())}```\n",
        "example": f"\n```text\n{example}\n```\n",
    }


def measured() -> dict[str, str]:
    """The figures that need no build: of dist/ as it is, and of queues that run."""
    built = sizes.load(sizes.SIZE_JSON)
    found = built["clickqueue.js"]
    parts = [
        f"{with_thousands(found[key])} {unit}"
        for key, unit in (("minified", "bytes minified"), ("gzip", "gzip"), ("brotli", "brotli"))
    ]
    return explored() | {
        "size": ", ".join(parts),
        "consent-size": with_thousands(built["consent.js"]["minified"]),
        "source-bytes": f"\n{source_bytes.table()}\n",
        "roles": f"\n{role_diagram.tables_of(role_diagram.DOCUMENTED)}\n",
        "script-tag": SCRIPT_TAG.format(integrity=built[CLASSIC]["integrity"]),
        "integrity": f"\n{integrity_table(built)}\n",
    }


def integrity_table(built: sizes.Sizes) -> str:
    """The scripts that a page can load, with their bytes and their `integrity`."""
    scripts = {name: found for name, found in built.items() if name.endswith(".js")}
    rows = [f"| `{name}` | {with_thousands(found['minified'])} | `{found['integrity']}` |" for name, found in scripts.items()]
    return "\n".join(["| file in dist/ | bytes | `integrity` |", "|---|---|---|", *rows])


def measured_widget() -> dict[str, str]:
    """The figures of the example widget, which is built for them."""
    return widget_figures(*widget_size.measure())


def widget_figures(before: int, added: int) -> dict[str, str]:
    """The bytes of the widget without the queue, and those that the queue adds."""
    return {"widget-before": with_thousands(before), "widget-added": with_thousands(added)}


def main() -> None:
    figures = measured() | measured_widget()
    for doc in DOCS:
        doc.write_text(update(doc.read_text(), figures))


if __name__ == "__main__":
    main()

"""The closed load as an SVG of bars, events per second, one panel a database. Pure."""

from __future__ import annotations

from tools.bench_receiver.measure import CONNECTIONS, DATABASES, SUBJECTS
from tools.bench_receiver.table import Results, closed

COLOURS = ("#8a8f98", "#2f7ed8", "#1b9e5a")
LABELS = ("plain handler, single posts", "receiver, single posts", "receiver, batches of 10")
WIDTH, HEIGHT, TOP, BASE, BAR = 760, 330, 80, 280, 30
PANEL, GROUP = 370, 118


def text(x: float, y: float, words: str, anchor: str = "middle", size: int = 12) -> str:
    """One line of text."""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-size="{size}">{words}</text>'


def bar(x: float, share: float, colour: str, words: str) -> str:
    """One bar with its number above it."""
    height = share * (BASE - TOP - 20)
    shape = f'<rect x="{x:.0f}" y="{BASE - height:.1f}" width="{BAR}" height="{height:.1f}" fill="{colour}"/>'
    return shape + text(x + BAR / 2, BASE - height - 4, words, size=10)


def panel(results: Results, database: str, left: float) -> list[str]:
    """The bars of one database, to a scale of its own."""
    rates = [[closed(results, database, number, *subject).per_second() for subject in SUBJECTS] for number in CONNECTIONS]
    most = max(max(group) for group in rates)
    parts = [text(left + PANEL / 2, TOP - 14, f"{database}, events per second", size=14)]
    for place, (number, group) in enumerate(zip(CONNECTIONS, rates, strict=True)):
        start = left + 12 + place * GROUP
        parts += [bar(start + 6 + each * (BAR + 3), rate / most, COLOURS[each], f"{rate:.0f}") for each, rate in enumerate(group)]
        parts.append(text(start + 55, BASE + 18, f"{number} connection{'s' * (number > 1)}"))
    return parts


def as_svg(results: Results) -> str:
    """The picture, as the text of a file."""
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">']
    parts.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>')
    for place, (colour, label) in enumerate(zip(COLOURS, LABELS, strict=True)):
        parts.append(f'<rect x="{20 + place * 240}" y="16" width="14" height="14" fill="{colour}"/>')
        parts.append(text(40 + place * 240, 28, label, "start"))
    for place, database in enumerate(DATABASES):
        parts += panel(results, database, place * (PANEL + 10) + 5)
    parts.append(text(WIDTH / 2, HEIGHT - 10, "closed load; each database has a scale of its own", size=11))
    return "\n".join([*parts, "</svg>", ""])

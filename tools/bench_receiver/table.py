"""The results as a Markdown table, with the two ratios that the design promises. Pure."""

from __future__ import annotations

from tools.bench_receiver.measure import CONNECTIONS, DATABASES, PLAIN, RECEIVER, Point, Result

Results = dict[Point, Result]
HEAD = (
    "| database | load | connections | endpoint | events in a request | events/s | p50 ms | p99 ms | failed |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def row(point: Point, result: Result) -> str:
    """One line."""
    load = f"open, {point.rate}/s" if point.rate else "closed"
    latencies = f"{result.quantile_ms(0.5):.1f} | {result.quantile_ms(0.99):.1f}" if result.latencies_ms else "none | none"
    cells = f"{point.database} | {load} | {point.connections} | {point.subject} | {point.size}"
    return f"| {cells} | {result.per_second():.0f} | {latencies} | {result.failed} |"


def closed(results: Results, database: str, connections: int, subject: str, size: int) -> float:
    """Events per second of a closed load."""
    return results[Point(database, 0, connections, subject, size)].per_second()


def batch_ratio(results: Results, database: str, connections: int) -> float:
    """Batches of 10 through the receiver, times single posts through the plain handler."""
    return closed(results, database, connections, RECEIVER, 10) / closed(results, database, connections, PLAIN, 1)


def single_ratio(results: Results, database: str, connections: int) -> float:
    """Single posts through the receiver, times single posts through the plain handler."""
    return closed(results, database, connections, RECEIVER, 1) / closed(results, database, connections, PLAIN, 1)


def ratios(results: Results) -> str:
    """How many times the plain handler's events per second, under a closed load."""
    lines = ["| events per second, times the plain handler's | " + " | ".join(f"{number} conn." for number in CONNECTIONS) + " |"]
    lines += ["|---" * (len(CONNECTIONS) + 1) + "|"]
    for words, ratio in (("batches of 10", batch_ratio), ("single posts", single_ratio)):
        for database in DATABASES:
            cells = " | ".join(f"{ratio(results, database, number):.2f}" for number in CONNECTIONS)
            lines.append(f"| {words}, {database} | {cells} |")
    return "\n".join(lines)


def as_markdown(results: Results) -> str:
    """Both tables."""
    return "\n".join([ratios(results), "", HEAD, *(row(point, result) for point, result in results.items())])

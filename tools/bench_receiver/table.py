"""The results as a Markdown table, with the ratios that matter. Pure."""

from __future__ import annotations

from tools.bench_receiver.measure import CONNECTIONS, DATABASES, PLAIN, RECEIVER, Point, Result

Results = dict[Point, Result]
HEAD = (
    "| database | load | connections | endpoint | events in a request | events/s | p50 ms | p99 ms | failed "
    "| CPU µs an event | client's CPU |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


def row(point: Point, result: Result) -> str:
    """One line."""
    load = f"open, {point.rate}/s" if point.rate else "closed"
    latencies = f"{result.quantile_ms(0.5):.1f} | {result.quantile_ms(0.99):.1f}" if result.latencies_ms else "none | none"
    cells = f"{point.database} | {load} | {point.connections} | {point.subject} | {point.size}"
    cpu = f"{result.cpu_us():.0f} | {result.client_share():.0%}"
    return f"| {cells} | {result.per_second():.0f} | {latencies} | {result.failed} | {cpu} |"


def closed(results: Results, database: str, connections: int, subject: str, size: int) -> Result:
    """The result of a closed load."""
    return results[Point(database, 0, connections, subject, size)]


def faster(results: Results, database: str, connections: int, size: int) -> float:
    """Events per second through the receiver, times those of single posts through the plain handler."""
    receiver = closed(results, database, connections, RECEIVER, size).per_second()
    return receiver / closed(results, database, connections, PLAIN, 1).per_second()


def cheaper(results: Results, database: str, connections: int, size: int) -> float:
    """CPU time of the plain handler for an event, times the receiver's."""
    receiver = closed(results, database, connections, RECEIVER, size).cpu_us()
    return closed(results, database, connections, PLAIN, 1).cpu_us() / receiver if receiver else 0


def ratios(results: Results) -> str:
    """The receiver against the plain handler, under a closed load."""
    lines = ["| receiver against plain handler | " + " | ".join(f"{number} conn." for number in CONNECTIONS) + " |"]
    lines += ["|---" * (len(CONNECTIONS) + 1) + "|"]
    for title, ratio in (("events per second", faster), ("events per second of CPU time", cheaper)):
        for words, size in (("batches of 10", 10), ("single posts", 1)):
            for database in DATABASES:
                cells = " | ".join(f"{ratio(results, database, number, size):.2f}" for number in CONNECTIONS)
                lines.append(f"| {title}: {words}, {database} | {cells} |")
    return "\n".join(lines)


def as_markdown(results: Results) -> str:
    """Both tables."""
    return "\n".join([ratios(results), "", HEAD, *(row(point, result) for point, result in results.items())])

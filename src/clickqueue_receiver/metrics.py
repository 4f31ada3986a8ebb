"""The counters of `/metrics`, in a registry of their own, so that several receivers can live in one process."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from clickqueue_receiver.histogram import Histogram

# From a click that is sent at once to one that waited for seven days, the queue's maxEventAge.
CLICK_TO_COMMIT_S = (0.1, 0.25, 0.5, 1, 2.5, 5, 7.5, 10, 30, 60, 300, 3600, 86_400, 604_800)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
ANSWER_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """What one receiver counts."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        name = "clickqueue_receiver_"
        self.requests = Counter(name + "requests", "Requests by path and status", ["path", "status"], registry=registry)
        self.answer_s = Histogram(name + "answer_seconds", "From a request's headers to its answer", ANSWER_S, registry)
        events = Counter(name + "events", "Events: accepted, duplicate or rejected", ["outcome"], registry=registry)
        self.events = {outcome: events.labels(outcome) for outcome in ("accepted", "duplicate", "rejected")}
        text = "From the click, by the visitor's corrected clock, to the commit"
        self.click_to_commit_s = Histogram(name + "click_to_commit_seconds", text, CLICK_TO_COMMIT_S, registry)
        self.batch_sizes = Histogram(name + "batch_events", "Events in a request", SIZES, registry)
        self.group_sizes = Histogram(name + "group_events", "Events in a commit", SIZES, registry)
        self.in_flight = Gauge(name + "in_flight", "Requests at work", registry=registry)
        self.shed = Counter(name + "shed", "Requests answered 503, by reason", ["reason"], registry=registry)
        self.failed_commits = Counter(name + "failed_commits", "Commits that the database did not make", registry=registry)
        for reason in ("full", "draining", "database", "slow"):
            self.shed.labels(reason)

    def text(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)

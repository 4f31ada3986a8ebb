"""The judge of a round: the set of accepted ids is the set of stored ones, no key is left, the books are even.

It sees the log alone, and accuses; it excuses only events that the server itself refused, or that were purged. A key is a journal or
the mirror: the fresh page at the end of a round leaves none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.books import check_books
from tests.chaos.explain import explain_all
from tests.chaos.log import NEWS_MS, Click, Log, Purge, Request, Told, concerns

SHOWN = 3  # examples in a finding; the log has them all
REFUSALS = ("rejected", "too_large")


class Finding(NamedTuple):
    """A broken promise."""

    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind.upper()}: {self.text}"


def judge(log: Log) -> list[Finding]:
    """All that is wrong with a round."""
    return [
        *_lost(log),
        *_strange(log),
        *_wrong_table(log),
        *_key_left(log),
        *_uneven(log),
        *_dropped(log),
        *_sent_after_purge(log),
        *_thrown(log),
        *_unexplained(log),
        *(Finding("stuck", text) for text in log.stuck),
    ]


def _lost(log: Log) -> Iterator[Finding]:
    """Accepted and not stored, though the server refused nothing of it: still in the browser's storage, or nowhere."""
    kept = "".join(log.left_keys.values())
    missing = sorted(log.missing())
    for kind, ids in (
        ("lost", [event_id for event_id in missing if event_id not in kept]),
        ("undelivered", [event_id for event_id in missing if event_id in kept]),
    ):
        if ids:
            told = "; ".join(_fate_of(log, log.accepted[event_id]) for event_id in ids[:SHOWN])
            yield Finding(kind, f"{len(ids)} of {len(log.clicks)} accepted: {told}{_more(ids)}")


def _fate_of(log: Log, click: Click) -> str:
    """Where a click was accepted, and what was done to its page since."""
    absences = [each for each in log.absences if concerns(each.name, click.queue) and not each.is_over(click.at_ms)]
    deeds = [f"{each.why} after {max(0, each.from_ms - click.at_ms) / 1000:.2f} s" for each in absences]
    has_ended = any(each.until_ms is None for each in absences)
    return f"{click.mark} in {click.queue}, which {'ended' if has_ended else 'lives'} ({', '.join(deeds) or 'nothing was done to it'})"


def _strange(log: Log) -> Iterator[Finding]:
    """Stored and not accepted, stored as another click, or two clicks with one id."""
    accepted = log.accepted
    marks = {event_id: mark for request in log.requests for event_id, mark in request.marks.items()}
    strangers = [each for each in sorted(log.stored) if each not in accepted and not _is_unsure(log, marks[each])]
    if strangers:
        yield Finding("stranger", f"stored, but never accepted: {strangers[:SHOWN]}{_more(strangers)}")
    changed = [each for each in sorted(log.stored) if each in accepted and accepted[each].mark != marks[each]]
    if changed:
        yield Finding("changed", f"stored as another click: {changed[:SHOWN]}{_more(changed)}")
    if len(accepted) < len(log.clicks):
        yield Finding("one id twice", f"{len(log.clicks)} clicks have {len(accepted)} ids")


def _is_unsure(log: Log, mark: str) -> bool:
    return mark.rpartition("-")[0] in log.unsure


def _wrong_table(log: Log) -> Iterator[Finding]:
    """A receiver's table without an event that it had reported as stored, or with one that it cannot have got."""
    if log.table is None:
        return
    lost = sorted(log.stored - set(log.table))
    if lost:
        yield Finding(
            "not in the table", f"{len(lost)} of {len(log.stored)} that the receiver acknowledged: {lost[:SHOWN]}{_more(lost)}"
        )
    # Of a request during which it was killed, it may have stored the events all the same.
    unsure = {event_id for request in log.requests if request.fault == "killed" for event_id in request.marks}
    strangers = sorted(set(log.table) - log.stored - unsure)
    if strangers or len(log.table) > len(set(log.table)):
        yield Finding("strange rows", f"{len(log.table)} rows, among them {strangers[:SHOWN]}{_more(strangers)}")


def _key_left(log: Log) -> Iterator[Finding]:
    """A key of the queue that is still in storage."""
    for key, text in log.left_keys.items():
        yield Finding("key left", f"{key} with {len(text)} characters: {text[:60]}")


def _uneven(log: Log) -> Iterator[Finding]:
    """Books that are not even (CONTRACT 6.2)."""
    uneven = [(queue, snapshot) for queue, snapshot in log.snapshots if check_books(snapshot)]
    if uneven:
        yield Finding("uneven books", f"{uneven[0][0]} {uneven[0][1]}{_more(uneven, 1)}")


def _dropped(log: Log) -> Iterator[Finding]:
    """A click that was refused, or an event given up for a reason that the server never gave."""
    if log.refused:
        yield Finding("refused", f"enqueue returned no id: {log.refused[:SHOWN]}{_more(log.refused)}")
    refused = log.refused_count
    unfounded = [told for told in log.told if not _is_founded(log, told, refused)]
    if unfounded:
        yield Finding("unfounded drop", f"{unfounded[:SHOWN]}{_more(unfounded)}")


def _is_founded(log: Log, told: Told, refused: dict[str, int]) -> bool:
    if told.reason == "purged":
        return bool(log.purges_of(told.queue))
    return told.reason in REFUSALS and bool(refused.get(told.event_id or ""))


def _sent_after_purge(log: Log) -> Iterator[Finding]:
    """An event that was accepted before a purge, and sent after it (CONTRACT 5.4)."""
    accepted = log.accepted
    late = [
        _broken_purge(accepted[event_id], purge, request)
        for request in log.requests
        for event_id in request.marks
        if event_id in accepted
        for purge in log.purges_of(accepted[event_id].queue)
        if _is_forbidden(accepted[event_id], purge, request)
    ]
    if late:
        yield Finding("sent after a purge", f"{len(late)}: {'; '.join(late[:SHOWN])}{_more(late)}")


def _broken_purge(click: Click, purge: Purge, request: Request) -> str:
    later_s = (request.sent_ms - purge.at_ms) / 1000
    return f"{click.event_id} of {click.queue} by {request.queue}, {later_s:.3f} s after a purge by {purge.queue}"


def _is_forbidden(click: Click, purge: Purge, request: Request) -> bool:
    # Other tabs are told of the purge a moment later.
    margin_ms = 0 if purge.queue == click.queue == request.queue else NEWS_MS
    return click.at_ms + margin_ms <= purge.at_ms and request.sent_ms > purge.at_ms + margin_ms


def _thrown(log: Log) -> Iterator[Finding]:
    """An error that reached the host (CONTRACT 1.6)."""
    for page, text in log.thrown[:SHOWN]:
        yield Finding("thrown", f"{page}: {text}")


def _unexplained(log: Log) -> Iterator[Finding]:
    """A duplicate that no rule of docs/guarantees.md explains."""
    unexplained = [duplicate for duplicate in explain_all(log) if duplicate.rule is None]
    if unexplained:
        told = "; ".join(map(str, unexplained[:SHOWN]))
        yield Finding("unexplained duplicate", f"{len(unexplained)}: {told}{_more(unexplained)}")


def _more(found: list[Any], shown: int = SHOWN) -> str:
    return f" and {len(found) - shown} more" if len(found) > shown else ""

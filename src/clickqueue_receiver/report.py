"""The outcome of each event of a request: accepted, a duplicate, or rejected with a reason. Their numbers add up to the request's."""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec

from clickqueue_receiver.event import Rejection, Row
from clickqueue_receiver.store import Inserted


@dataclass(frozen=True)
class Report:
    """The outcome of one request. `rejections` are by their place in the batch, `counts` is how many there are of each."""

    read: list[Row | Rejection]
    accepted: list[Row]
    rejections: dict[int, Rejection]
    counts: dict[str, int]

    def as_json(self) -> bytes:
        """The body of an answer to a batch."""
        rejected = [{"id": each.id, "reason": each.reason, "index": index} for index, each in self.rejections.items()]
        return encode({**self.counts, "rejected": rejected})


def report_of(read: list[Row | Rejection], inserted: Inserted | None) -> Report:
    """Put together the results of validation and of the database."""
    unclaimed = set(inserted.new) if inserted else set()
    refused = inserted.refused if inserted else {}
    accepted: list[Row] = []
    rejections: dict[int, Rejection] = {}
    for index, each in enumerate(read):
        if isinstance(each, Rejection):
            rejections[index] = each
        elif each.id in refused:
            rejections[index] = Rejection(each.id, refused[each.id])
        elif each.id in unclaimed:
            unclaimed.discard(each.id)
            accepted.append(each)
    duplicates = len(read) - len(accepted) - len(rejections)
    counts = {"accepted": len(accepted), "duplicates": duplicates, "rejected": len(rejections)}
    return Report(read, accepted, rejections, counts)


def encode(value: object) -> bytes:
    """JSON; in ASCII where an id has half a surrogate pair, which UTF-8 cannot carry."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode()

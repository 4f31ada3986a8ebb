"""An api for an endpoint without a batch route: the events of a batch are posted one after the other, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.runtime import joined, names
from clickqueue.verdict import listed

if TYPE_CHECKING:
    from clickqueue.ports import Event


def post_each(api: Any) -> dict[str, Any]:
    """`trackClickBatch` over the `trackClick` of another api, up to the first failure; the events after it are retried."""

    def post_batch(events: list[Event], request: Any) -> Any:
        answer: dict[str, list[Any]] = {"rejected": [], "retry": []}

        def send(index: int) -> Any:
            def done(value: Any) -> Any:
                for key in names(answer):
                    answer[key] = joined(answer[key], listed(value, key))
                return send(index + 1)

            def failed(error: Any) -> Any:
                count = len(events)
                for later in range(index, count):
                    answer["retry"].append(events[later]["id"])
                return answer

            # With nothing answered before, a failure is one like any other: back off, or halve to find the culprit.
            post = api["trackClick"]
            return post(events[index], request).then(done, failed if index > 0 else None) if index < len(events) else answer

        return send(0)

    return {"trackClick": api["trackClick"], "trackClickBatch": post_batch}

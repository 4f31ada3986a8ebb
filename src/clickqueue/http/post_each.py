"""An api for an endpoint without a batch route: the clicks of a batch are posted one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.delivery.verdict import list_at
from clickqueue.platform.runtime import concat, keys_of

if TYPE_CHECKING:
    from clickqueue.platform.ports import Event


def post_each(api: Any) -> dict[str, Any]:
    """`trackClickBatch` over the `trackClick` of another api: posts the events in order up to the first failure; the rest is retried."""

    def post_batch(events: list[Event], request: Any) -> Any:
        answer: dict[str, list[Any]] = {"rejected": [], "retry": []}

        count = len(events)

        def send(index: int) -> Any:
            def done(value: Any) -> Any:
                for key in keys_of(answer):
                    answer[key] = concat(answer[key], list_at(value, key))
                return send(index + 1)

            def failed(error: Any) -> Any:
                for later in range(index, count):
                    answer["retry"].append(events[later]["id"])
                return answer

            # A failure of the first event is one of the batch: the queue backs off, or bisects.
            return (
                api["trackClick"](events[index], request).then(done, failed if index > 0 else None)
                if index < len(events)
                else answer
            )

        return send(0)

    return {"trackClick": api["trackClick"], "trackClickBatch": post_batch}

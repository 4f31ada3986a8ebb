"""The receiver inside of another application: its routes are below the mount, with or without its lifespan."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from clickqueue_receiver import Settings, create_app
from tests.receiver.bed import BATCH, SINGLE, batch, event, post


@pytest.mark.parametrize("has_lifespan", [True, False])
def test_a_mounted_receiver_takes_clicks(tmp_path: Path, has_lifespan: bool) -> None:
    """Both routes and /healthz, below the path where it is mounted."""
    receiver = create_app(Settings(db=f"sqlite:///{tmp_path / 'clicks.sqlite3'}"))

    def lifespan(app: Starlette) -> AbstractAsyncContextManager[None]:
        return receiver.lifespan(app)

    app = Starlette(routes=[Mount("/tracking", receiver)], lifespan=lifespan if has_lifespan else None)
    with TestClient(app) as client:
        body = event(id="x")
        answers = [client.post("/tracking" + SINGLE, json=body), post(client, "/tracking" + BATCH, batch(body, event()))]
        health = client.get("/tracking/healthz")
        if not has_lifespan:
            assert client.portal
            client.portal.call(receiver.stop)
    assert [answer.status_code for answer in [*answers, health]] == [204, 200, 200]
    assert (answers[1].json()["accepted"], answers[1].json()["duplicates"]) == (1, 1)


def test_what_is_around_it_sees_the_report(tmp_path: Path) -> None:
    """A middleware finds what became of the events of a request, those of a single post too."""
    receiver = create_app(Settings(db=f"sqlite:///{tmp_path / 'clicks.sqlite3'}"))
    seen: list[dict[str, int]] = []

    async def around(scope: Scope, receive: Receive, send: Send) -> None:
        await receiver(scope, receive, send)
        if scope["type"] == "http":
            seen.append(scope["state"]["report"].counts)

    with TestClient(around) as client:
        for _ in range(2):
            client.post(SINGLE, json=event(id="x"))
        post(client, BATCH, batch(event(id="x"), event(), event(offerId="")))
    single = {"accepted": 0, "duplicates": 0, "rejected": 0}
    assert seen[:2] == [single | {"accepted": 1}, single | {"duplicates": 1}]
    assert seen[2] == {"accepted": 1, "duplicates": 1, "rejected": 1}


def test_two_receivers_live_in_one_process(tmp_path: Path) -> None:
    """Each has its own table and its own metrics."""
    first, second = (create_app(Settings(db=f"sqlite:///{tmp_path / name}.sqlite3")) for name in "ab")
    with TestClient(first) as one, TestClient(second) as other:
        assert post(one, BATCH, batch(event())).status_code == 200
        line = 'clickqueue_receiver_events_total{outcome="accepted"} '
        assert [line + number in client.get("/metrics").text for client, number in ((one, "1.0"), (other, "0.0"))] == [True, True]

"""Whatever is sent to the demo's server ends in an answer, and only its own page may set it."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clickqueue_receiver.body import MAX_IGNORED_BYTES
from examples.server import BATCH, PAGE, SINGLE, Demo, serve

FIELDS = '"sessionId": "s", "questionId": "q", "offerId": "o", "buttonVariantId": "b"'
CLICK = f'{{"id": "a", {FIELDS}}}'.encode()
SHORT_TIMEOUT_MS = 300  # of a body, so that a test need not wait for long


class Line:
    """A connection that sends any bytes."""

    def __init__(self, url: str) -> None:
        self.host = url.removeprefix("http://")
        name, _, port = self.host.partition(":")
        self.address = (name, int(port))

    def send(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer; the server ends the connection."""
        with socket.create_connection(self.address, timeout=30) as connection:
            connection.sendall(request)
            head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
        found = re.match(rb"HTTP/1\.1 (\d+) ", head)
        assert found, f"no answer but {head!r}"
        return int(found[1]), body

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """A request with these headers."""
        given = {"Host": self.host, "Content-Length": str(len(body)), "Connection": "close"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", ""]
        return self.send("\r\n".join(lines).encode("latin-1") + body)


@pytest.fixture
def line(served: tuple[Demo, str], capfd: pytest.CaptureFixture[str]) -> Iterator[Line]:
    """A server that knows of no request, and must not print a traceback."""
    line = Line(served[1])
    assert line.ask("POST", "/control/reset")[0] == 204
    yield line
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("path", ["/examples/\0.js", "/examples/%00.js", f"/examples/{'a' * 300}.js", "/examples//../../x.js"])
def test_a_strange_path_is_answered(line: Line, path: str) -> None:
    """A NUL, a name of 300 characters and a way out of the folder are no files: 404, or 400 where HTTP does not allow it."""
    assert line.ask("GET", path)[0] in (404, 400)


@pytest.mark.parametrize("path", [SINGLE, BATCH, "/control/answer", "/x"])
@pytest.mark.parametrize(
    "body",
    ["[" * 100_000, "[" * 400 + "]" * 400, '{"a":' * 400 + "1" + "}" * 400, "nul", "\udcff", "", "[]", '{"id": 5}', "1" * 5000],
)
def test_a_strange_body_is_answered(line: Line, demo: Demo, path: str, body: str) -> None:
    """Nested lists, no JSON, no UTF-8: the answer is 4xx, and nothing is stored."""
    status, _ = line.ask("POST", path, body.encode(errors="surrogateescape"))
    assert 400 <= status <= 499
    assert demo.state()["stored"] == 0


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "[" * 150 + "]" * 150, "9" * 5000])
def test_the_page_can_read_what_is_stored(line: Line, value: str) -> None:
    """A value that JavaScript's JSON cannot read, or Python's cannot write, is refused: /control/state stays JSON."""
    assert line.ask("POST", SINGLE, f'{{"id": "a", {FIELDS}, "extra": {value}}}'.encode())[0] in (400, 422)
    assert line.ask("POST", SINGLE, f'{{"id": "b", {FIELDS}, "extra": {"[" * 15 + "]" * 15}}}'.encode())[0] == 204
    state = json.loads(line.ask("GET", "/control/state")[1], parse_constant=pytest.fail)
    assert [event["id"] for event in state["events"]] == ["b"]


@pytest.mark.parametrize("value", ["[" * 100_000 + "]" * 100_000, "1e999"])
def test_a_strange_event_fails_no_other(line: Line, demo: Demo, value: str) -> None:
    """In a batch it is rejected alone, and its neighbour is stored."""
    body = f'{{"events": [{{"id": "bad", {FIELDS}, "extra": {value}}}, {{"id": "good", {FIELDS}}}]}}'
    status, answer = line.ask("POST", BATCH, body.encode())
    assert (status, [each["id"] for each in json.loads(answer)["rejected"]]) == (200, ["bad"])
    assert [event["id"] for event in demo.state()["events"]] == ["good"]


@pytest.mark.parametrize("id", ["\ud800", "a\0b", "x" * 1000, "日本 🎬"])
def test_any_text_is_an_id(line: Line, demo: Demo, id: str) -> None:
    """Half a surrogate pair, a NUL and 1 000 characters are stored once, and the page sees the id that was sent (CONTRACT 1.5)."""
    fields = json.loads(CLICK)
    body = json.dumps({"events": [fields | {"id": id}, fields | {"id": "good"}]}).encode()
    assert [line.ask("POST", BATCH, body)[0] for _ in range(2)] == [200, 200]
    assert [event["id"] for event in demo.state()["events"]] == [id, "good"]
    assert [(request["added"], request["known"]) for request in demo.state()["requests"]] == [(2, 0), (0, 2)]


@pytest.mark.parametrize(
    ("length", "status"),
    [("-1", 400), ("+5", 400), ("five", 400), ("5, 5", 400), ("9" * 20, 400), ("9" * 18, 413), (str(MAX_IGNORED_BYTES + 1), 413)],
)
def test_a_strange_length_is_answered(line: Line, length: str, status: int) -> None:
    """The body of a request whose length is no number, or too large, is not waited for."""
    assert line.ask("POST", SINGLE, Content_Length=length)[0] == status


def test_a_body_that_does_not_come(tmp_path: Path) -> None:
    """A sender that stops in the middle gets 408, and the server answers others meanwhile."""
    demo = Demo(tmp_path / "clicks.sqlite3", body_timeout_ms=SHORT_TIMEOUT_MS)
    with serve(demo) as url, socket.create_connection(Line(url).address, timeout=30) as stuck:
        stuck.sendall(f'POST {SINGLE} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{{"id"'.encode())
        assert Line(url).ask("POST", SINGLE, CLICK)[0] == 204
        assert stuck.recv(65536).startswith(b"HTTP/1.1 408 ")


FOREIGN: list[dict[str, Any]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Host": "evil.example"},
    {"Host": "evil.example:80", "Origin": "http://evil.example:80"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": ""},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_foreign_page_cannot_reset_it(line: Line, demo: Demo, headers: dict[str, str]) -> None:
    """Another origin, and another name for this address, get 403 from /control/: what is stored stays, and is not shown."""
    assert line.ask("POST", SINGLE, CLICK)[0] == 204
    assert line.ask("POST", "/control/reset", b"{}", **headers)[0] == 403
    assert line.ask("POST", "/control/answer", b'{"answer": "500"}', **headers)[0] == 403
    assert [line.ask("GET", path, b"", **headers)[0] for path in ("/control/state", "/control/metrics", "/control/stream")] == [
        403
    ] * 3
    assert (demo.state()["stored"], demo.answer) == (1, "ok")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_its_own_page_can(line: Line, demo: Demo, name: str) -> None:
    """The page itself, under each name of this machine and through any forwarded port, may."""
    assert line.ask("POST", SINGLE, CLICK)[0] == 204
    host = f"{name}:9000"
    assert line.ask("GET", PAGE, Host=host)[0] == 200
    assert line.ask("POST", "/control/reset", b"{}", Host=host, Origin=f"http://{host}")[0] == 204
    assert demo.state()["stored"] == 0

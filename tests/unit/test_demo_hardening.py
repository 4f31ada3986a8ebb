"""Whatever is sent to the demo's server ends in an answer, and only its own page may set it."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from examples import server
from examples.server import BATCH, MAX_BODY_BYTES, PAGE, SINGLE, Demo, serve

FIELDS = '"sessionId": "s", "questionId": "q", "offerId": "o", "buttonVariantId": "b"'


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
def demo() -> Demo:
    """What the server shares with the test."""
    return Demo()


@pytest.fixture
def line(demo: Demo, capfd: pytest.CaptureFixture[str]) -> Iterator[Line]:
    """A server that runs as long as the test, and must not print a traceback."""
    with serve(demo) as url:
        yield Line(url)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("path", ["/examples/\0.js", "/examples/%00.js", f"/examples/{'a' * 300}.js", "/examples//../../x.js"])
def test_a_strange_path_is_answered(line: Line, path: str) -> None:
    """A NUL, a name of 300 characters and a way out of the folder are no files: 404, or the redirect to the page."""
    assert line.ask("GET", path)[0] in (404, 302)


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
    assert line.ask("POST", SINGLE, f'{{"id": "a", {FIELDS}, "extra": {value}}}'.encode())[0] == 400
    assert line.ask("POST", SINGLE, f'{{"id": "b", {FIELDS}, "extra": {"[" * 90 + "]" * 90}}}'.encode())[0] == 200
    state = json.loads(line.ask("GET", "/control/state")[1], parse_constant=pytest.fail)
    assert [event["id"] for event in state["events"]] == ["b"]


@pytest.mark.parametrize("id", ["\ud800", "a\0b", "x" * 3000, "日本 🎬", ""])
def test_any_text_is_an_id(line: Line, demo: Demo, id: str) -> None:
    """Half a surrogate pair, a NUL and 3 000 characters are stored once, and the page sees the id that was sent (CONTRACT 1.5)."""
    body = json.dumps({"events": [{"id": id}, {"id": "good"}]}).encode()
    assert [line.ask("POST", BATCH, body)[0] for _ in range(2)] == [200, 200]
    assert [event["id"] for event in demo.state()["events"]] == [id, "good"]
    assert [request["status"] for request in demo.state()["requests"]] == ["200", "200"]


@pytest.mark.parametrize(
    ("length", "status"),
    [("-1", 411), ("+5", 411), ("five", 411), ("5, 5", 411), ("0" * 30, 411), ("9" * 20, 413), (str(MAX_BODY_BYTES + 1), 413)],
)
def test_a_strange_length_is_answered(line: Line, length: str, status: int) -> None:
    """The body of a request whose length is no number, or too large, is not waited for."""
    assert line.ask("POST", SINGLE, Content_Length=length)[0] == status


def test_a_chunked_body_is_refused(line: Line) -> None:
    """Chunks are not read, so they must not be taken for the next request."""
    body = b"5\r\nabcde\r\n0\r\n\r\n"
    status, answer = line.ask("POST", SINGLE, body, Transfer_Encoding="chunked")
    assert (status, b"Content-Length" in answer) == (411, True)


def test_a_body_that_does_not_come(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that stops in the middle gets 408, and does not keep a thread for as long as a connection may idle."""
    monkeypatch.setattr(server, "BODY_TIMEOUT_S", 0.1)
    status, answer = line.ask("POST", SINGLE, b'{"id"', Content_Length="500")
    assert (status, b"500 bytes" in answer) == (408, True)


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
    assert line.ask("POST", SINGLE, b'{"id": "a"}')[0] == 200
    assert line.ask("POST", "/control/reset", b"{}", **headers)[0] == 403
    assert line.ask("POST", "/control/answer", b'{"answer": "500"}', **headers)[0] == 403
    assert [line.ask("GET", path, b"", **headers)[0] for path in ("/control/state", "/control/stream")] == [403, 403]
    assert (demo.state()["stored"], demo.answer) == (1, "ok")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_its_own_page_can(line: Line, demo: Demo, name: str) -> None:
    """The page itself, under each name of this machine and through any forwarded port, may."""
    line.ask("POST", SINGLE, b'{"id": "a"}')
    host = f"{name}:9000"
    assert line.ask("GET", PAGE, Host=host)[0] == 200
    assert line.ask("POST", "/control/reset", b"{}", Host=host, Origin=f"http://{host}")[0] == 200
    assert demo.state()["stored"] == 0

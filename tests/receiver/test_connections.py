"""Connections that are slow, stuck, too large or no HTTP at all, against a receiver as people run it."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.receiver.bed import BATCH, SINGLE, batch, event
from tests.receiver.served import Served, served
from tests.receiver.waiting import wait_until

POST = f"POST {SINGLE} HTTP/1.1\r\nHost: x\r\nOrigin: https://shop.example\r\nContent-Type: application/json\r\n"
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A receiver that is impatient."""
    options = ("--header-timeout-ms", "400", "--body-timeout-ms", "400", "--max-waiting", "8", "--test-mode")
    with served(tmp_path_factory.mktemp("connections"), *options, "--allow-origin", "https://shop.example") as made:
        yield made


def exchange(receiver: Served, *parts: bytes) -> bytes:
    """Send some bytes and wait until the receiver closes the connection, or resets it; returns all that it answered."""
    answer = b""
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=20) as connection, suppress(ConnectionError):
        for part in parts:
            connection.sendall(part)
        while chunk := connection.recv(65_536):
            answer += chunk
    return answer


def test_a_click_is_taken(receiver: Served) -> None:
    """The receiver of these tests takes an ordinary click."""
    body = json.dumps(event())
    sent = f"{POST}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    assert exchange(receiver, sent.encode()).startswith(b"HTTP/1.1 204 ")


def test_headers_that_do_not_come_end_in_408(receiver: Served) -> None:
    """A connection with half a request is closed after `header_timeout_ms`."""
    assert exchange(receiver, POST.encode()).startswith(b"HTTP/1.1 408 ")


def test_an_unused_connection_is_closed_in_silence(receiver: Served) -> None:
    """Browsers open connections that they may never use, and expect no answer on them."""
    assert exchange(receiver) == b""


def test_a_body_that_does_not_come_ends_in_408(receiver: Served) -> None:
    """The text names how much came, the answer has the CORS headers, and the connection is closed."""
    answer = exchange(receiver, f"{POST}Content-Length: 100\r\n\r\n".encode(), b"1234567")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"7 bytes of the body came within 400 ms" in answer
    assert b"access-control-allow-origin: https://shop.example" in answer


def test_slow_senders_do_not_keep_others_out(receiver: Served) -> None:
    """While as many as may be at work send nothing, others are shed with 503; after their timeout all is as before."""
    slow = [socket.create_connection(("127.0.0.1", receiver.port)) for _ in range(8)]
    for connection in slow:
        connection.sendall(f"{POST}Content-Length: 100\r\n\r\n".encode())
    statuses: list[int] = []

    def ask() -> int:
        connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=20)
        connection.request("POST", BATCH, batch(event()), JSON)
        statuses.append(connection.getresponse().status)
        connection.close()
        return statuses[-1]

    wait_until(lambda: ask() == 503, "the receiver is full")
    wait_until(lambda: ask() == 200, "it has room again")
    for connection in slow:
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
        connection.close()


def test_headers_have_a_limit(receiver: Served) -> None:
    """431 for headers that never end."""
    assert exchange(receiver, POST.encode(), b"X-Long: ", b"x" * 70_000).startswith(b"HTTP/1.1 431 ")


def test_a_body_that_is_too_large_is_answered_413_and_the_connection_goes_on(receiver: Served) -> None:
    """The sender reads the answer, not a reset: the queue must learn to split its batch."""
    connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=20)
    connection.request("POST", BATCH, b"x" * 2_000_000, JSON)
    answer = connection.getresponse()
    assert (answer.status, b"the body has 2000000 bytes" in answer.read()) == (413, True)
    connection.request("POST", BATCH, batch(event()), JSON)
    assert connection.getresponse().status == 200
    connection.close()


def test_an_enormous_body_is_not_read(receiver: Served) -> None:
    """A terabyte that is announced is refused by its header alone."""
    answer = exchange(receiver, f"{POST}Content-Length: 1000000000000\r\n\r\n".encode())
    assert (answer[:13], b"connection: close" in answer.lower()) == (b"HTTP/1.1 413 ", True)


def test_an_endless_body_is_cut_off(receiver: Served) -> None:
    """Chunks without an end get a 413 once they are above the limit; a sender that does not read it gets a reset."""
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    answer = exchange(receiver, f"{POST}Transfer-Encoding: chunked\r\n\r\n".encode(), *[chunk] * 100)
    assert answer[:13] in (b"HTTP/1.1 413 ", b"")
    wait_until(lambda: '"status":413' in receiver.log().splitlines()[-1], "it is refused")


def test_a_compressed_body_is_answered_415(receiver: Served) -> None:
    """The text names the remedy."""
    answer = exchange(
        receiver,
        f"{POST}Connection: close\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f".encode("latin-1") + b"\x8b",
    )
    assert (answer[:13], b"send the body uncompressed" in answer) == (b"HTTP/1.1 415 ", True)


@pytest.mark.parametrize(
    "header", ["Content-Length: -1", "Content-Length: x", "Content-Length: 1\r\nTransfer-Encoding: chunked", "\0"]
)
def test_what_is_no_http_is_answered_400(receiver: Served, header: str) -> None:
    """The connection is closed, and the receiver goes on."""
    assert exchange(receiver, f"{POST}{header}\r\n\r\n".encode()).startswith(b"HTTP/1.1 400 ")
    assert receiver.health() == 200


def test_a_script_cuts_the_connection(receiver: Served) -> None:
    """Without an answer: once nothing is stored, once the answer is lost on its way."""
    script = json.dumps([{"cut": True}, {"cut": True, "store": True}])
    requests = [
        ("/test/reset", ""),
        ("/test/script", script),
        *((BATCH, batch(event(id=name)).decode()) for name in ("cut", "lost")),
    ]
    answers = []
    for path, body in requests:
        sent = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        answers.append(exchange(receiver, sent.encode())[:12])
    assert answers == [b"HTTP/1.1 204", b"HTTP/1.1 200", b"", b""]
    connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=20)
    connection.request("GET", "/test/good")
    assert [each["id"] for each in json.loads(connection.getresponse().read())] == ["lost"]
    connection.close()


def test_no_error_is_in_the_log(receiver: Served, tmp_path: Path) -> None:
    """None of this is a fault of the receiver."""
    assert "Traceback" not in receiver.log()
    assert '"level":"error"' not in receiver.log()

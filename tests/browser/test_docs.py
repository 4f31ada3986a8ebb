"""The guide is accurate: each of its snippets runs, and each of its numbers equals that of the code."""

from __future__ import annotations

import difflib
import json
import re
import sqlite3
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import HTTPServer as PlainServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pytest_httpserver import HTTPServer
from selenium.webdriver.remote.webdriver import WebDriver
from werkzeug import Request, Response

from clickqueue.main import DEFAULTS
from tests.browser.endpoint import BATCH, OTHER_BATCH, ROOT, SINGLE, Endpoint
from tests.browser.host import leave
from tests.browser.snippets import GUIDE, Snippet, examples, in_guide, run
from tests.browser.waiting import wait_for
from tests.fakes import click
from tools import update_docs, widget_size

CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
RUNNABLE = in_guide("js") + examples()


@pytest.mark.parametrize("snippet", RUNNABLE, ids=[snippet.title for snippet in RUNNABLE])
def test_every_snippet_runs(browser: WebDriver, endpoint: Endpoint, snippet: Snippet) -> None:
    """A snippet runs as it stands, without an error, and what it enqueues for the endpoint arrives there."""
    assert run(browser, endpoint, snippet) == []
    for button in browser.find_elements("tag name", "button"):
        button.click()
    does_send = re.search(r"trackClick\(|enqueue\(", snippet.text) and "/api/" in snippet.text
    leave(browser, endpoint)
    if does_send and "purge" not in snippet.text:
        wait_for(lambda: len(endpoint.store) == 1, "its click at the endpoint")
        if endpoint.requests[0].path != OTHER_BATCH:
            jsonschema.validate(next(iter(endpoint.store.values())), schema("ClickEvent"))


def test_the_snippet_for_a_withdrawn_consent_forgets(browser: WebDriver, endpoint: Endpoint) -> None:
    """The events of closed tabs are removed from storage and never sent; only the mark of the purge is left (CONTRACT 5.4)."""
    (snippet,) = [snippet for snippet in in_guide("js") if "purge" in snippet.text]
    left = {
        key: json.dumps([click(1, id=key, timestamp=1)])
        for key in ("srv_click_queue", "srv_click_queue:gone", "srv_click_queue:gone.1000001")
    }
    browser.get(endpoint.page("away.html"))
    browser.execute_script("Object.assign(localStorage, arguments[0])", left)
    assert run(browser, endpoint, snippet) == []
    assert browser.execute_script("return Object.keys(localStorage)") == ["srv_click_queue!"]
    browser.get("about:blank")
    assert endpoint.store == {}


def test_the_manual_has_examples() -> None:
    """The types are the manual: they show how each thing is used."""
    assert len(examples()) >= 6


RENDER = """
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
createRoot(document.body.appendChild(document.createElement('main'))).render(createElement(App))
"""


def test_the_component_works(browser: WebDriver, endpoint: Endpoint) -> None:
    """The guide's component, with the guide's two files beside it: a click is shown as pending and arrives."""
    (snippet,) = in_guide("tsx")
    assert run(browser, endpoint, Snippet("tsx", "App", snippet.text + RENDER), widget_size.WIDGET / "after") == []
    browser.find_element("tag name", "button").click()
    wait_for(lambda: "(1 pending, online)" in browser.find_element("tag name", "button").text, "the pending click")
    leave(browser, endpoint)
    wait_for(lambda: len(endpoint.store) == 1, "the click at the endpoint")


@pytest.mark.parametrize("snippet", in_guide("ts"), ids=lambda snippet: snippet.title)
def test_a_named_snippet_is_that_file(snippet: Snippet) -> None:
    """A block that names a file of the example is that file, which is built and tested as such."""
    assert snippet.text == (ROOT / snippet.title).read_text()


def test_the_diff_is_what_an_adopter_has_to_do() -> None:
    """The guide's diff leads from the widget before to the widget after."""
    (shown,) = in_guide("diff")
    names = [f"{mode}/Widget.tsx" for mode in widget_size.MODES]
    before, after = ((widget_size.WIDGET / name).read_text().splitlines(keepends=True) for name in names)
    assert shown.text == "".join(difflib.unified_diff(before, after, names[0], names[1]))
    assert (widget_size.WIDGET / "before/index.ts").read_text() == (widget_size.WIDGET / "after/index.ts").read_text()


# -- the numbers


def table(heading: str) -> dict[str, str]:
    """The defaults of an option table, by name."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", GUIDE.read_text().partition(heading)[2].partition("\n\n```")[0], re.M)
    return {name: default.strip("`") for name, default in rows}


def test_every_setting_is_in_the_guide() -> None:
    """The first table has each field of `DEFAULTS` with its default (CONTRACT 1.4)."""
    said = {"null" if value is None else f"'{value}'" if isinstance(value, str) else str(value) for value in DEFAULTS.values()}
    assert table("## Every option").keys() == DEFAULTS.keys()
    assert set(table("## Every option").values()) == said


def test_every_option_of_the_api_is_in_the_guide(browser: WebDriver, endpoint: Endpoint) -> None:
    """The second table has each option that `createWidgetApi` knows."""
    ask = "import { createWidgetApi } from 'clickqueue'\ncreateWidgetApi({ endpoint: '/', nonsense: 1 })"
    (fault,) = run(browser, endpoint, Snippet("js", "options", ask))
    assert list(table("Of the api:")) == json.loads(fault.partition("allowed: ")[2])


@pytest.mark.parametrize("doc", [update_docs.README, update_docs.GUIDE], ids=lambda doc: doc.name)
def test_the_price_is_the_measured_one(doc: Path) -> None:
    """The bytes that the queue adds to the widget are those by which Vite's bundles differ, and within the limit."""
    before, added = widget_size.measure()
    text = doc.read_text()
    assert {"widget-before", "widget-added"} <= set(update_docs.names_in(text)), "mark the figure, as tools/update_docs.py says"
    assert text == update_docs.update(text, update_docs.widget_figures(before, added))
    assert added <= widget_size.MAX_DIFFERENCE_BYTES


# -- the endpoint


def schema(name: str) -> dict[str, Any]:
    """A schema of the contract, with what it refers to."""
    return {"$ref": f"#/components/schemas/{name}", "components": CONTRACT["components"]}


def test_the_contract_is_in_itself_sound() -> None:
    """Every reference in openapi.yaml leads somewhere, every schema is one, and the routes are the two there are."""
    text = json.dumps(CONTRACT)
    for path in re.findall(r'"\$ref": "#/([^"]+)"', text):
        found = CONTRACT
        for step in path.split("/"):
            found = found[step]
    for each in CONTRACT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(each)
    assert list(CONTRACT["paths"]) == [SINGLE, BATCH]


def test_the_answers_of_the_guide_are_answers() -> None:
    """`rejected` and `retry`, as the guide shows them, are what the contract allows."""
    answers = [json.loads(text) for text in re.findall(r"`(\{\"re(?:jected|try)\".*?\})`", GUIDE.read_text())]
    assert [list(answer) for answer in answers] == [["rejected"], ["retry"]]
    for answer in answers:
        jsonschema.validate(answer, schema("BatchAnswer"))


@pytest.fixture
def little_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Any]]:
    """The guide's own server, on a free port; its address, and what it stored."""
    monkeypatch.chdir(tmp_path)
    (snippet,) = in_guide("python")
    names: dict[str, Any] = {"__name__": "little_server"}
    server: PlainServer | None = None
    ready = threading.Event()

    def serve() -> None:
        nonlocal server
        exec(snippet.text.replace("def do_POST", "def log_message(self, *args): pass\n    def do_POST"), names)
        server = PlainServer(("127.0.0.1", 0), names["Tracking"])
        ready.set()
        server.serve_forever(poll_interval=0.02)
        names["clicks"].close()

    thread = threading.Thread(target=serve)
    thread.start()
    assert ready.wait(30)
    assert server is not None
    yield f"http://127.0.0.1:{server.server_port}", tmp_path / "clicks.sqlite3"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_little_server_keeps_the_contract(little_server: tuple[str, Path]) -> None:
    """The guide's batch is a `BatchRequest`; its server stores it once, however often it comes, and takes any text as an id."""
    address, database = little_server
    (shown,) = in_guide("json")
    batch = json.loads(shown.text)
    jsonschema.validate(batch, schema("BatchRequest"))
    for path, body in (
        (BATCH, batch),
        (BATCH, batch),
        (SINGLE, batch["events"][0]),
        (SINGLE, {**batch["events"][0], "id": "other"}),
        (BATCH, {**batch, "events": [{**batch["events"][0], "id": id} for id in ("\ud800", "a\0b", "日本", "other")]}),
    ):
        request = urllib.request.Request(address + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 204
    assert stored_ids(database) == [batch["events"][0]["id"], "other", "\\ud800", "a\0b", "日本"]


@pytest.mark.parametrize("body", [b"{", b"[1]", b'{"id": 7}', b'{"id": "a", "extra": ' + b"[" * 1900 + b"]" * 1900 + b"}"])
def test_the_little_server_rejects_the_rest(little_server: tuple[str, Path], body: bytes) -> None:
    """No JSON, no event, and lists that Python cannot read: 400, so that the client goes on with the others (CONTRACT 3.5)."""
    address, database = little_server
    with pytest.raises(urllib.error.HTTPError, match="400") as refused:
        urllib.request.urlopen(address + SINGLE, body)
    refused.value.close()
    assert stored_ids(database) == []


def stored_ids(database: Path) -> list[str]:
    connection = sqlite3.connect(database)
    ids = [row[0] for row in connection.execute("SELECT id FROM clicks ORDER BY rowid")]
    connection.close()
    return ids


ACROSS = """
import { createWidgetApi } from 'clickqueue'
const api = createWidgetApi({ endpoint: ADDRESS, contentType: TYPE })
const event = { id: 'c', sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b' }
window.said = await api.trackClick(event).catch((error) => [error.status, error.retryAfterMs])
"""


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_another_origin_can_be_heard(browser: WebDriver, endpoint: Endpoint, content_type: str) -> None:
    """With the guide's headers a page on another origin reads status and `Retry-After`; as text/plain without a preflight."""
    (shown,) = in_guide("http")
    headers = dict(line.split(": ", 1) for line in shown.text.splitlines())
    headers["Access-Control-Allow-Origin"] = endpoint.url_for("").rstrip("/")
    if content_type == "text/plain":
        headers = {name: value for name, value in headers.items() if name.endswith(("Origin", "Expose-Headers"))}
    methods = []

    def answer(request: Request) -> Response:
        methods.append(request.method)
        return Response(status=204 if request.method == "OPTIONS" else 429, headers={**headers, "Retry-After": "7"})

    with HTTPServer("127.0.0.1", 0) as other:
        other.expect_request(SINGLE).respond_with_handler(answer)
        text = ACROSS.replace("ADDRESS", json.dumps(other.url_for(SINGLE))).replace("TYPE", json.dumps(content_type))
        assert run(browser, endpoint, Snippet("js", f"across-{content_type}", text)) == []
    assert browser.execute_script("return said") == [429, 7000]
    assert methods == (["OPTIONS", "POST"] if content_type == "application/json" else ["POST"])

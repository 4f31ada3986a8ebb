"""The command line `clickqueue`. The exit status is 0 if the endpoint keeps the contract, 1 if it breaks it, 2 if nothing was sent."""

from __future__ import annotations

import argparse
import json
import re
import sys
from typing import Any
from urllib.parse import urlsplit

from clickqueue_check.checks import CHECKS
from clickqueue_check.endpoint import Endpoint, Target
from clickqueue_check.report import as_json, line, summary
from clickqueue_check.runner import run

NO_BATCH = "none"
MAX_TIMEOUT_S = 600  # the longest `timeoutMs` of the client
MAX_PAUSE_S = 60  # the slowest limit that anybody would set for a browser is one request a minute
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # the name of a header (RFC 9110, 5.6.2)
ANNOUNCEMENT = """\
This sends up to 120 requests, one after the other, to {url}{batch}.
It sends test events only: each has "test": true, and an id that begins with {prefix}
The endpoint stores them. Delete them afterwards, for example: DELETE FROM clicks WHERE id LIKE '{prefix}%'"""


class WrongCall(Exception):
    """An option is wrong; the message names the allowed values."""


def parser() -> argparse.ArgumentParser:
    """The options."""
    top = argparse.ArgumentParser(prog="clickqueue", description="Tools for people who run an endpoint of the click queue.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="check whether an endpoint keeps the contract", description=__doc__)
    add = check.add_argument
    add("url", metavar="URL", help="the address that accepts one event, such as https://example.com/api/track/click")
    add("--batch-url", metavar="URL", help=f"the address that accepts a batch; default: URL/batch; {NO_BATCH}: no batch route")
    add("--origin", help="the origin of the page, such as https://shop.example; with it, CORS faults break the contract")
    add("--header", action="append", default=[], metavar="K:V", help="an additional header of each POST, such as a key")
    add("--field", action="append", default=[], metavar="NAME=VALUE", help="a field of each event; VALUE is JSON, or else text")
    add("--skip", action="append", default=[], metavar="CHECK", choices=[each.name for each in CHECKS], help="leave a check out")
    add(
        "--timeout",
        type=float,
        default=10,
        metavar="SECONDS",
        help="the longest wait for an answer; default: 10, as in the client",
    )
    add(
        "--pause",
        type=float,
        default=0,
        metavar="SECONDS",
        help="the pause between two requests, if the server limits their rate; default: 0",
    )
    add("--json", action="store_true", help="print JSON instead of lines")
    add("--yes", action="store_true", help="do not ask for confirmation before the first request")
    return top


def target_of(options: argparse.Namespace) -> Target:
    """Where to ask and how. Raises WrongCall."""
    if not 0 < options.timeout <= MAX_TIMEOUT_S:
        raise WrongCall(f"--timeout is {options.timeout:g}; allowed: more than 0 and at most {MAX_TIMEOUT_S} seconds")
    if not 0 <= options.pause <= MAX_PAUSE_S:
        raise WrongCall(f"--pause is {options.pause:g}; allowed: 0 to {MAX_PAUSE_S} seconds")
    url = checked_url("URL", options.url)
    batch_url = None
    if options.batch_url != NO_BATCH:
        batch_url = checked_url("--batch-url", options.batch_url or f"{url}/batch")
    origin = None if options.origin is None else checked_url("--origin", options.origin)
    if origin is not None and urlsplit(origin).path:
        raise WrongCall(f"--origin is {origin}; allowed: scheme and host, such as https://shop.example, without a path")
    headers = dict(header(text) for text in options.header)
    fields = {name: parsed(value) for name, value in (pair("--field", text, "=") for text in options.field)}
    return Target(url, batch_url, origin, headers, fields, options.timeout, options.pause)


def checked_url(name: str, text: str) -> str:
    """An address that can be asked. Raises WrongCall."""
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or not text.isascii() or any(character <= " " for character in text):
        raise WrongCall(f"{name} is {text!r}; allowed: an address such as https://example.com/api/track/click, in ASCII")
    return text


def pair(name: str, text: str, mark: str) -> tuple[str, str]:
    """Name and value of an option. Raises WrongCall."""
    key, found, value = text.partition(mark)
    if not found or not key.strip() or any(character in text for character in "\r\n"):
        raise WrongCall(f"{name} is {text!r}; allowed: NAME{mark}VALUE in one line")
    return key.strip(), value.strip()


def header(text: str) -> tuple[str, str]:
    """Name and value of a header. Raises WrongCall."""
    name, value = pair("--header", text, ":")
    if not TOKEN.fullmatch(name) or not value.isascii() or not value.isprintable():
        raise WrongCall(f"--header is {text!r}; allowed: NAME:VALUE, in ASCII")
    return name, value


def parsed(text: str) -> Any:
    """The JSON value that a text is, else the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def is_agreed(endpoint: Endpoint, is_asked: bool) -> bool:
    """Print the requests to come, and ask for confirmation. Raises WrongCall without a terminal."""
    batch = "" if endpoint.target.batch_url is None else f" and {endpoint.target.batch_url}"
    said = ANNOUNCEMENT.format(url=endpoint.target.url, batch=batch, prefix=endpoint.events.prefix)
    print(said, file=sys.stderr, flush=True)
    if not is_asked:
        return True
    if not sys.stdin.isatty():
        raise WrongCall("the confirmation needs a terminal, so nothing was sent; --yes skips it")
    print("Continue? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def check(options: argparse.Namespace) -> int:
    """Run the checks, and print their results."""
    endpoint = Endpoint(target_of(options))
    if not is_agreed(endpoint, not options.yes):
        print("Nothing was sent.", file=sys.stderr)
        return 2
    results = []
    for result in run(endpoint, options.skip):
        results.append(result)
        if not options.json:
            print(line(result), flush=True)
    print(as_json(results, endpoint) if options.json else "\n" + summary(results, endpoint))
    return 1 if any(result.finding.mark == "BROKEN" for result in results) else 0


def main(arguments: list[str] | None = None) -> int:
    """The console script."""
    try:
        return check(parser().parse_args(arguments))
    except WrongCall as fault:
        print(f"clickqueue check: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130

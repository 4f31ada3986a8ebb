"""A page on another origin can reach the endpoint and read what it says.

Without the headers the browser reports a network error for every answer, and the client keeps retrying.
"""

from __future__ import annotations

from clickqueue_check.answer import Answer
from clickqueue_check.check import Finding, broken, check, each, faulty, note, ok, skipped
from clickqueue_check.checks.delivery import one_event
from clickqueue_check.endpoint import JSON, Endpoint


def allows(answer: Answer, origin: str) -> bool:
    """Whether a page of this origin may read the answer."""
    return answer.header("access-control-allow-origin") in ("*", origin)


def all_allow(answers: dict[str, Answer], origin: str) -> Finding:
    """Whether a page of this origin may read every one of the answers."""
    finding = faulty(answers, lambda answer: allows(answer, origin))
    return finding if finding.mark == "ok" else broken(f"{finding.came}, without Access-Control-Allow-Origin")


def preflights(endpoint: Endpoint) -> dict[str, Answer]:
    """The answers to a preflight, by route."""
    return {str(route): endpoint.preflight(route, endpoint.target.foreign_origin) for route in endpoint.routes}


@check(
    sent="a preflight from another origin",
    contract="3.5",
    remedy="Answer OPTIONS with 204 and Access-Control-Allow-Origin; with text/plain and no headers there is no preflight.",
    is_cross_origin=True,
)
def preflight(endpoint: Endpoint) -> Finding:
    def is_kept(answer: Answer) -> bool:
        return answer.status in range(200, 300) and allows(answer, endpoint.target.foreign_origin)

    return faulty(preflights(endpoint), is_kept)


@check(
    sent="a preflight: the allowed headers",
    contract="3.5",
    remedy="Access-Control-Allow-Headers: content-type, and the names of the client's own `headers`.",
    needs=(preflight,),
    is_cross_origin=True,
)
def preflight_headers(endpoint: Endpoint) -> Finding:
    wanted = {"content-type", *(name.lower() for name in endpoint.target.headers)}
    for route, answer in preflights(endpoint).items():
        allowed = answer.listed_in("access-control-allow-headers")
        # The wildcard does not cover Authorization (Fetch standard, 4.9).
        missing = wanted - allowed - (wanted - {"authorization"} if "*" in allowed else set())
        if missing:
            return broken(f"{route}: {', '.join(sorted(missing))} not in Access-Control-Allow-Headers")
    return ok(", ".join(sorted(wanted)))


@check(
    sent="a preflight: how long it may be cached",
    contract="3.5",
    remedy="Access-Control-Max-Age: 86400 saves a request before each batch (Chromium keeps it for two hours at most).",
    needs=(preflight,),
    is_cross_origin=True,
)
def preflight_cached(endpoint: Endpoint) -> Finding:
    ages = [answer.header("access-control-max-age") for answer in preflights(endpoint).values()]
    came = ", ".join(dict.fromkeys(age or "no Access-Control-Max-Age" for age in ages))
    return ok(came) if all(age.isdigit() and int(age) > 0 for age in ages) else note(came)


@check(
    sent="an event and a batch from another origin",
    contract="3.5",
    remedy="Access-Control-Allow-Origin on every answer to a POST.",
    needs=(one_event,),
    is_cross_origin=True,
)
def cors_on_success(endpoint: Endpoint) -> Finding:
    origin = endpoint.target.foreign_origin
    return all_allow({str(route): endpoint.post_new(route, origin=origin) for route in endpoint.routes}, origin)


@check(
    sent="a malformed body from another origin",
    contract="3.5",
    remedy="Access-Control-Allow-Origin on errors too, including 404, 413, 429 and 500: without it the client treats a 422 as a network error.",
    is_cross_origin=True,
)
def cors_on_error(endpoint: Endpoint) -> Finding:
    answers = errors(endpoint)
    return all_allow(answers, endpoint.target.foreign_origin) if answers else skipped("no error could be provoked")


@check(
    sent="errors from another origin: may the page read Retry-After",
    contract="3.6",
    remedy="Access-Control-Expose-Headers: retry-after, date. Without it the page cannot read when to retry.",
    is_cross_origin=True,
)
def retry_after_exposed(endpoint: Endpoint) -> Finding:
    answers = errors(endpoint)
    hidden = {label: answer for label, answer in answers.items() if not exposes_retry_after(answer)}
    if not answers:
        return skipped("no error could be provoked")
    if not hidden:
        return ok("Access-Control-Expose-Headers: " + next(iter(answers.values())).header("access-control-expose-headers"))
    if any(answer.header("retry-after") for answer in hidden.values()):
        return broken(f"{each(hidden)}, with Retry-After and without Access-Control-Expose-Headers")
    return note(f"{each(hidden)}, without Retry-After and without Access-Control-Expose-Headers")


def exposes_retry_after(answer: Answer) -> bool:
    """Whether a page may read the header."""
    return bool({"*", "retry-after"} & answer.listed_in("access-control-expose-headers"))


def errors(endpoint: Endpoint) -> dict[str, Answer]:
    """The error answers to a malformed body from another origin, by route."""
    answers = {
        str(route): endpoint.post(route, b"{", {"Content-Type": JSON}, endpoint.target.foreign_origin)
        for route in endpoint.routes
    }
    return {label: answer for label, answer in answers.items() if answer.status is not None and answer.status >= 400}

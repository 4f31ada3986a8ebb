"""Nothing that the endpoint answered, in all checks before, is misread by the client."""

from __future__ import annotations

from clickqueue_check.answer import REDIRECTS, date_ms
from clickqueue_check.check import Finding, broken, check, ok, skipped
from clickqueue_check.endpoint import GENTLE_STATUSES, Endpoint


@check(
    sent="all of these: was one redirected",
    contract="3.5",
    remedy="The client does not follow redirects, which would turn the POST into a GET: use the final address.",
)
def redirect(endpoint: Endpoint) -> Finding:
    found = [answer for answer in endpoint.answers if answer.status in REDIRECTS]
    return broken(found[0]) if found else ok("no redirect")


@check(
    sent="all of these: was one answered with a web page and 2xx",
    contract="3.5",
    remedy="The client treats it as a captive portal's page and keeps retrying: answer 204, or 200 with JSON.",
)
def html_answer(endpoint: Endpoint) -> Finding:
    found = [answer for answer in endpoint.answers if answer.is_html()]
    return broken(found[0]) if found else ok("no web page")


@check(
    sent="all of these: Retry-After, where one was 429 or 503",
    contract="3.6",
    remedy="Retry-After must be whole seconds or an HTTP date.",
)
def retry_after(endpoint: Endpoint) -> Finding:
    seen = [answer for answer in endpoint.answers if answer.status in GENTLE_STATUSES or answer.header("retry-after")]
    if not seen:
        return skipped("no 429 and no 503 was seen, and none is provoked")
    for answer in seen:
        value = answer.header("retry-after")
        if value and not value.isdigit() and date_ms(value, -1) == -1:
            return broken(f"{answer.status} with Retry-After: {value}")
    given = [answer for answer in seen if answer.header("retry-after")]
    return ok(f"{seen[0].status}, Retry-After: {given[0].header('retry-after')}" if given else f"{seen[0].status} without it")

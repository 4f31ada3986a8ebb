"""From a failed answer to its usual cause. Only causes in common frameworks are here."""

from __future__ import annotations

from clickqueue_check.answer import REDIRECTS, Answer

TAKE = "Answer 204, or 200 with JSON or an empty body, once the event is committed."

CAUSES = {
    400: "The endpoint rejects a valid test event; its answer should say why. --field adds the fields that it needs.",
    401: "The endpoint requires credentials: --header 'Authorization: …' sends them, as `headers` of createWidgetApi does.",
    403: "The endpoint requires credentials (--header), or its CSRF protection refuses a POST from a page: exempt the route.",
    404: "This route does not exist. Check the address, and its slash at the end.",
    405: "The route does not accept POST. Check the address, and its slash at the end.",
    415: "The parser refuses the content type: parse the body as JSON for every content type.",
    422: "The endpoint rejects a valid test event; its answer should say why. --field adds the fields that it needs.",
    429: "The endpoint limits the rate of requests: run the check again later, use --pause, or exempt the check.",
}


def hint(answer: Answer) -> str:
    """The remedy for an answer that does not acknowledge."""
    if answer.status is None:
        return "Check the address, whether the server runs, and its log."
    if answer.status in REDIRECTS:
        return "The client does not follow redirects: use the address that this one redirects to."
    if answer.is_html():
        return "The client treats a web page as a captive portal's and keeps retrying: answer 204, or JSON."
    return CAUSES.get(answer.status, "See the server's log." if answer.status >= 500 else TAKE)

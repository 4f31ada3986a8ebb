"""From a failed answer to its usual cause. Only what is known of the common frameworks is here."""

from __future__ import annotations

from clickqueue_check.answer import REDIRECTS, Answer

TAKE = "Answer 204, or 200 with JSON or an empty body, once the event is committed."

CAUSES = {
    400: "The endpoint rejects a valid test event; its answer should say why. --field adds the fields that it needs.",
    401: "It wants credentials: --header 'Authorization: …' sends them, as `headers` of createWidgetApi does.",
    403: "It wants credentials (--header), or its CSRF protection stops a POST from a page: exempt the route.",
    404: "There is no such route. Check the address, and its slash at the end.",
    405: "The route takes no POST. Check the address, and its slash at the end.",
    415: "The parser refuses the content type: parse the body as JSON whatever its content type is.",
    422: "The endpoint rejects a valid test event; its answer should say why. --field adds the fields that it needs.",
    429: "It limits the rate of requests: run the check again later, or exempt it.",
}


def hint(answer: Answer) -> str:
    """The remedy for an answer that does not acknowledge."""
    if answer.status is None:
        return "Check the address, and that the server runs; then its log."
    if answer.status in REDIRECTS:
        return "The client does not follow redirects: give the address that it redirects to."
    if answer.is_html():
        return "The client takes a web page for a captive portal's and retries for ever: answer 204, or JSON."
    return CAUSES.get(answer.status, "See the server's log." if answer.status >= 500 else TAKE)

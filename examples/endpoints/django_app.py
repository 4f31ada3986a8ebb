"""The contract in Django, in one file. `pip install django`, then `python django_app.py runserver 8000`.

Trailing slash: the routes have none. With APPEND_SLASH (the default) Django redirects a POST to a route that lacks its
slash, which no client follows; and `endpoint: '/click/'` makes the batch route '/click/batch'. Where your routes must end
in a slash, give both addresses: `endpoint: '/click/'`, `batchEndpoint: '/click/batch/'`.
"""

import json
import os
import sys
from collections.abc import Callable

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

ORIGIN = os.environ.get("CLICKS_ORIGIN", "https://shop.example")  # of the page with the widget; several: echo the one that asks
FIELDS = ("id", "sessionId", "questionId", "offerId", "buttonVariantId")
MAX_CHARACTERS = 256  # of an id: indexes have limits (PostgreSQL 2,704 bytes), and an id that breaks one must not fail a batch

if not settings.configured:  # in a project of yours all of this is in settings.py
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("CLICKS_DB", "clicks.sqlite3")}},
        DATA_UPLOAD_MAX_MEMORY_SIZE=100_000,  # a client sends 60,000 bytes at most
        MIDDLEWARE=[f"{__name__}.cors", "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware"],
        ROOT_URLCONF=__name__,
    )
    django.setup()


class Click(models.Model):
    id = models.CharField(primary_key=True, max_length=MAX_CHARACTERS)  # the unique key that makes sending twice harmless
    click = models.TextField()

    class Meta:
        app_label = "clicks"


# CSRF: a widget on another origin has no token, and an event changes nothing but a table that only grows.
@csrf_exempt
def track(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(status=204 if request.method == "OPTIONS" else 405)
    try:
        value = json.loads(request.body)  # whatever its content type is
        events = value["events"] if request.path.endswith("/batch") else [value]
        rows = [Click(event["id"], json.dumps(event)) for event in events if is_click(event)]
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return JsonResponse({"error": "send an event, or {events, batchId, timestamp}, as JSON"}, status=400)
    # Committed when it returns (or, with ATOMIC_REQUESTS, when this view has), so before the answer leaves.
    Click.objects.bulk_create(rows, ignore_conflicts=True)
    reason = f"needs text of at most {MAX_CHARACTERS} characters as {', '.join(FIELDS)}"
    rejected = [{"id": event.get("id"), "reason": reason} for event in events if not is_click(event)]
    return JsonResponse({"rejected": rejected})


def is_click(event: dict[str, object]) -> bool:
    return all(is_text(event.get(name)) for name in FIELDS)  # an AttributeError where an event is no object


def is_text(value: object) -> bool:
    # Half of a surrogate pair is valid JSON, but it has no UTF-8, so no database takes it. PostgreSQL takes no NUL.
    return isinstance(value, str) and 0 < len(value) <= MAX_CHARACTERS and value.encode(errors="ignore").decode() == value


def cors(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def add_headers(request: HttpRequest) -> HttpResponse:
        response = get_response(request)  # the first middleware: it sees errors, too
        response["Access-Control-Allow-Origin"] = ORIGIN
        response["Access-Control-Allow-Headers"] = "content-type"
        response["Access-Control-Expose-Headers"] = "retry-after, date"
        response["Access-Control-Max-Age"] = "86400"
        return response

    return add_headers


urlpatterns = [path("api/track/click", track), path("api/track/click/batch", track)]
application = get_wsgi_application()

if Click._meta.db_table not in connection.introspection.table_names():  # in a project of yours: a migration
    with connection.schema_editor() as editor:
        editor.create_model(Click)

if __name__ == "__main__":
    execute_from_command_line(sys.argv)

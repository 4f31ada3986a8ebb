"""The public surface of `clickqueue.js`. Importing it touches nothing (CONTRACT 1.1)."""

from __future__ import annotations

from typing import Any

from clickqueue.config import DEFAULTS
from clickqueue.http.post_each import post_each
from clickqueue.http.widget_api import create_api
from clickqueue.platform.browser import http
from clickqueue.platform.runtime import create_class
from clickqueue.queue import Queue
from clickqueue.stats import EMPTY_STATS

__all__ = ["DEFAULTS", "EMPTY_STATS", "ClickQueue", "create_widget_api", "post_each"]


# `ClickQueue(config, api, env)`, with or without `new`; `env` replaces the window (CONTRACT 1.2).
ClickQueue = create_class(Queue)


def create_widget_api(options: Any) -> Any:
    """The api of a widget over the page's fetch: `trackClick` and `trackClickBatch`."""
    return create_api(options, http())

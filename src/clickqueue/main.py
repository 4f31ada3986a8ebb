"""The public surface: what `import ... from 'clickqueue'` gives. Importing it touches nothing (CONTRACT 1.1)."""

from __future__ import annotations

from typing import Any

from clickqueue.browser import BROWSER
from clickqueue.config import DEFAULTS
from clickqueue.post_each import post_each
from clickqueue.queue import Queue
from clickqueue.runtime import with_env
from clickqueue.widget_api import create_api

__all__ = ["DEFAULTS", "ClickQueue", "create_widget_api", "post_each"]


# `ClickQueue(config, api, env)`, with or without `new`; `env` replaces any port of the browser (CONTRACT 1.2).
ClickQueue = with_env(Queue, BROWSER)


def create_widget_api(options: Any) -> Any:
    """The api of a widget over the page's fetch: `trackClick` and `trackClickBatch`."""
    return create_api(options, BROWSER)

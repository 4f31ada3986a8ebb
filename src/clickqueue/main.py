"""The public surface: what `import ... from 'clickqueue'` gives. Importing it touches nothing (CONTRACT 1.1)."""

from __future__ import annotations

from typing import Any

from clickqueue.browser import BROWSER
from clickqueue.config import DEFAULTS
from clickqueue.queue import Queue
from clickqueue.runtime import overlay, without_new
from clickqueue.widget_api import create_api

__all__ = ["DEFAULTS", "ClickQueue", "create_widget_api"]


class BrowserQueue(Queue):
    """The queue in a browser; `env` replaces any of its ports (CONTRACT 1.2)."""

    def __init__(self, config: Any, api: Any, env: Any) -> None:
        self.open(config, api, overlay(BROWSER, env))


ClickQueue = without_new(BrowserQueue)


def create_widget_api(options: Any) -> Any:
    """The api of a widget over the page's fetch: `trackClick` and `trackClickBatch`."""
    return create_api(options, BROWSER)

"""The public surface: what `import ... from 'clickqueue'` gives. Importing it touches nothing (CONTRACT 1.1)."""

from __future__ import annotations

from typing import Any

from clickqueue.api_options import read_api_options
from clickqueue.browser import BrowserEnv, BrowserHttp
from clickqueue.config import DEFAULTS
from clickqueue.queue import Queue
from clickqueue.widget_api import WidgetApi

__all__ = ["DEFAULTS", "ClickQueue", "create_widget_api"]


class ClickQueue(Queue):
    """The queue in a browser; `env` replaces any of its ports (CONTRACT 1.2)."""

    def __init__(self, config: Any, api: Any, env: Any) -> None:
        self.open(config, api, BrowserEnv(env))


def create_widget_api(options: Any) -> Any:
    """The api of a widget over the page's fetch: `trackClick` and `trackClickBatch`."""
    return WidgetApi(read_api_options(options), BrowserHttp())

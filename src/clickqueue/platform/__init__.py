"""The browser as the queue sees it, and the few helpers that CPython and JavaScript share."""

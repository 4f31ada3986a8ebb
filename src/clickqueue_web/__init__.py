"""The built script in the pages of Python web frameworks. No framework is a dependency: each is imported only by its own module."""

from __future__ import annotations

from clickqueue_web.script import script_tag

__all__ = ["script_tag"]

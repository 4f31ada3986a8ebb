"""`python -m clickqueue_check check URL` in a checkout. A wheel contains this file as `clickqueue/__main__.py` instead."""

from __future__ import annotations

import sys

from clickqueue_check.command import main

if __name__ == "__main__":
    sys.exit(main())

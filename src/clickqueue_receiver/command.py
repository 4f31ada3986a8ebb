"""What `clickqueue-receiver` starts: without the extra it is one sentence, and no traceback."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; returns its exit code."""
    try:
        from clickqueue_receiver.main import main as run
    except ModuleNotFoundError as error:
        print(f"clickqueue-receiver: {error.name} is not installed; pip install 'clickqueue[receiver]'", file=sys.stderr)
        return 2
    return run()

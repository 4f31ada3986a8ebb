"""The snippets for other frameworks are TypeScript without an error."""

from __future__ import annotations

import subprocess

from tools import node


def test_the_snippets_compile() -> None:
    """Under `strict`, with the types of each framework, the examples and the pages that test them compile."""
    command = [str(node.NODE), str(node.MODULES / "typescript/bin/tsc"), "--project", "examples/frameworks", "--pretty", "false"]
    done = subprocess.run(command, cwd=node.ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")

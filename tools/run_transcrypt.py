"""Starts Transcrypt under any Python from 3.11 on: it reads `s` and `n` of a constant, which Python 3.14 has removed.

`python tools/run_transcrypt.py OPTIONS FILE` takes the arguments of `python -m transcrypt`, in the same folder.
"""

from __future__ import annotations

import ast
import os
import runpy
import sys

OLD_NAMES = ("s", "n")


def restore_old_names() -> None:
    """Give `ast.Constant` the two names that it had for its value until Python 3.13."""
    for name in OLD_NAMES:
        setattr(ast.Constant, name, property(lambda constant: constant.value))


if __name__ == "__main__":
    restore_old_names()
    # Transcrypt looks for modules where Python does, which for a script is the script's own folder.
    sys.path[0] = os.getcwd()  # noqa: PTH109 - a text, as in sys.path
    runpy.run_module("transcrypt", run_name="__main__", alter_sys=True)

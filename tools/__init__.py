"""The tools that build, check and show the module. They run in CPython only, on the tree itself; no browser loads any of it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

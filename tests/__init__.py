"""The tests run on the tree itself, never on an installed copy: `python -m tests.simulation` finds src/ here."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

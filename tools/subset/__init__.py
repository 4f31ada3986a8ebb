"""The subset of Python that means the same in CPython and, transpiled, in JavaScript: its rules, and their check."""

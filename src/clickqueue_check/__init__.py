"""`clickqueue check URL`: asks any endpoint whether it keeps docs/CONTRACT.md. Standard library, CPython only, never transpiled.

Invariant: every event that is sent carries `"test": true` and an id that begins with `clickqueue-check-`.
"""

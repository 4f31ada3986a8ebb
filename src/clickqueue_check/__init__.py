"""`clickqueue check URL` checks whether an endpoint keeps docs/CONTRACT.md. It uses only the standard library and is never transpiled.

Invariant: every event that is sent carries `"test": true` and an id that begins with `clickqueue-check-`.
"""

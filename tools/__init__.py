"""What builds and guards the module. CPython only; nothing of it reaches a browser."""

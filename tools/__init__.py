"""The tools that build and check the module. They run in CPython only; no browser loads any of it."""

"""The demo's server: its answers, its log, its pages, and what it does with strange requests."""

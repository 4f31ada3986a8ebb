"""The receiver against a plain handler: measured in one run, by turns, so that a busy machine slows both."""

"""The receiver: its rules in-process, its promises against real databases and real kills."""

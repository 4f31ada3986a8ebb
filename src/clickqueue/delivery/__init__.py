"""How events are sent: which of them together, when, and what each response means."""

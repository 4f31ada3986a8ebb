"""How events leave: which travel together, when, and what each answer means."""

"""How tabs share one storage: the role of each tab, and the locks that decide it."""

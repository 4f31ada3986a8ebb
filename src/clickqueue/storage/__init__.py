"""How events are kept: the journal of this tab, and the recovery of the journals of others."""

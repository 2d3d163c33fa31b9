"""Text messages that people send us: one that cancels a visit is obeyed, every other goes to staff."""

"""Who works here: one's own account, and those of others."""

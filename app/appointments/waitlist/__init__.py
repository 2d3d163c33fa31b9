"""Who waits for an earlier time, and what they are offered."""

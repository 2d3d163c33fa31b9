"""Which messages there are, and their words."""

"""Which messages a visit needs, and when."""

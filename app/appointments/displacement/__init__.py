"""Visits whose station changed its hours."""

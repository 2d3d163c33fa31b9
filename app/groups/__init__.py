"""Employers who book for several people at once: one list, one morning, one link."""

"""The clerk's day."""

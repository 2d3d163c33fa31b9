"""Changing what is published about the service points: typed, looked at, published, and kept as history."""

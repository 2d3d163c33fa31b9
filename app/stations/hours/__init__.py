"""When a station is open."""

"""A visit booked, moved, cancelled, restored."""

"""Where people are received, what for, and when the doors are open."""

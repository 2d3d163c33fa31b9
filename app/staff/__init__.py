"""The room behind the counter: the day, the hand-over, the opening plan."""

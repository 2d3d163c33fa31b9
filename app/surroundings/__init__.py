"""What the service stands on, and what is wrong with it."""

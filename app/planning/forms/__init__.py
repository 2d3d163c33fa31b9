"""What is typed about opening plans."""

"""How the service itself is."""

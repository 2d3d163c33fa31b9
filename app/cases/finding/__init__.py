"""One box over encrypted data."""

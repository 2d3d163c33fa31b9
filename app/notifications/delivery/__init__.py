"""Messages from the outbox to a channel, and what became of them."""

"""Every message and its tries, and all that staff say about messages."""

"""The ways on which a message leaves."""

"""Times that are kept for a person for a while."""

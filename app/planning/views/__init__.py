"""The pages on which opening plans are changed."""

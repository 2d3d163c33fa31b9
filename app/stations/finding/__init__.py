"""Which stations a person wants."""

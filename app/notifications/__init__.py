"""Letters out. Knows when and where, not what: the text is composed by who asked for it."""

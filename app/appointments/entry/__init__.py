"""The ways in: by a code, by a link."""

"""Copies of the database: made, looked at, put back."""

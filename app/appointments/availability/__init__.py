"""Which times are free."""

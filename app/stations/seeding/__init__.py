"""The published network, read and loaded."""

"""A message in the outbox, for what is counted of it."""

from tests.integration.notifications.conftest import put

__all__ = ["put"]

"""Signed texts of a provider, and what the outbox and the relay need."""

from tests.integration.callbacks.conftest import shared_secret, tell
from tests.integration.notifications.conftest import channel, make_relay, row

__all__ = ["channel", "make_relay", "row", "shared_secret", "tell"]

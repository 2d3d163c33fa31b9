"""What all tests of pages share."""

import pytest

from app.accounts import passwords
from tests import factories


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as the factories do: of full strength, sign-ins would take half of the time of these tests."""
    monkeypatch.setattr(passwords, "_hasher", factories.HASHER)

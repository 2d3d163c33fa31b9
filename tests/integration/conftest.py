"""What all tests of pages share."""

from collections.abc import Iterator

import pytest

from app.accounts import passwords
from tests import factories


@pytest.fixture(scope="package", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash as the factories do: of full strength, sign-ins would take half of the time of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", factories.HASHER)
        yield

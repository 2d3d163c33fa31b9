"""Tom, who plans Fuxingcheng, and a visit there on the morning that is closed."""

import pytest

from tests.integration.planning.displacing import ELEVEN, make


@pytest.fixture
def browser(cast):
    return cast.tom


@pytest.fixture
def visit(network, cast, now):
    return make(cast.fuxingcheng, network.document_check, ELEVEN, now)

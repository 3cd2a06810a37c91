"""The simulator knows nothing of the product."""

import pytest


@pytest.fixture(autouse=True)
def database() -> None:
    """No test here uses the database."""

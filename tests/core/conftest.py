"""The core knows no documents: there is nothing to clean up after its tests."""

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def database(app: Flask) -> None:
    """Connected as always; no collection is written to."""

"""The stores that the suite runs on."""

from pathlib import Path

import pytest

from media.local import LocalStorage
from media.storage import Storage
from tests.media.stores import OverVerbs, Tried


def local_store(folder: Path, secret: str = "s" * 32) -> LocalStorage:
    return LocalStorage(folder, secret=secret)


@pytest.fixture(params=["local"])
def tried(request: pytest.FixtureRequest, tmp_path: Path) -> Tried:
    """Each of the stores in turn, empty."""
    store = local_store(tmp_path)
    return Tried(store, OverVerbs(store), local_store(tmp_path, "x" * 32))


@pytest.fixture
def store(tried: Tried) -> Storage:
    """The store of `tried`."""
    return tried.store

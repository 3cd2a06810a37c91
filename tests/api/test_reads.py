"""Every public list and detail, over HTTP, on a real database."""

import pytest
from flask.testing import FlaskClient

from models.enums import Kind
from tests.factories import create, create_live

LISTED = [kind for kind in Kind if kind is not Kind.CHAPTERS]


@pytest.mark.parametrize("kind", LISTED)
def test_live_items_are_listed_and_read_by_id_and_slug(client: FlaskClient, kind: Kind) -> None:
    item = create_live(kind)
    answer = client.get(f"/api/v1/{kind}").get_json()
    assert [one["id"] for one in answer["items"]] == [item.id]
    assert answer["next_cursor"] is None
    for name in (item.id, item.slug):
        detail = client.get(f"/api/v1/{kind}/{name}")
        assert detail.status_code == 200
        assert detail.get_json()["title"] == item.title


@pytest.mark.parametrize("kind", LISTED)
def test_drafts_are_neither_listed_nor_read(client: FlaskClient, kind: Kind) -> None:
    item = create(kind)
    assert client.get(f"/api/v1/{kind}").get_json()["items"] == []
    for name in (item.id, item.slug):
        assert client.get(f"/api/v1/{kind}/{name}").status_code == 404

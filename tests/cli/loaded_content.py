"""The content that the product ships with, loaded as a whole, and what is read of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient

from cli.seed import calendar, load, pictures, source
from models.content import Content
from models.enums import Kind
from models.handbook import Chapter
from models.registry import CONTENT, DOCUMENTS
from models.revisions import Revision
from models.search import SearchEntry
from models.snapshots import Snapshot
from services.generation import Generated
from tests.arranging import collisions
from tests.factories import create_media


@dataclass
class Loaded:
    """All that a loading left: entries, working copies by kind, and what is public as text."""

    entries: list[source.Entry]
    outcomes: Counter[load.Outcome]
    items: dict[Kind, list[Content]]
    public: dict[str, str]
    searched: dict[str, str]
    home: dict[str, Any]
    related: dict[Kind, dict[str, dict[str, list[str]]]]
    revisions: int
    generated: list[Generated]
    collisions: list[tuple[str, str, str]]

    def all_items(self) -> list[Content]:
        return [item for items in self.items.values() for item in items]


def media_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "media" in value:
            yield value["media"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from media_of(inner)


def related_of(client: FlaskClient, item: Content) -> dict[str, list[str]]:
    """Return the slugs of what stands around a live item, by kind."""
    path = f"handbook/{item.edition}/chapters" if isinstance(item, Chapter) else item.KIND.value
    found = client.get(f"/api/v1/{path}/{item.slug}").get_json()["related"]
    return {kind: [card["slug"] for card in cards] for kind, cards in found.items()}


def load_everything(app: Flask) -> Loaded:
    """Load the real files, with pictures that are registered and not drawn; leave nothing."""
    entries = source.read()
    for media in {media for entry in entries for media in media_of(pictures.references(entry))}:
        create_media(media)
    outcomes = Counter(result.outcome for result in load.load(entries))
    load.load_synonyms(source.synonyms())
    generated = calendar.load(source.calendar())
    assert calendar.load(source.calendar()) == [], "once"
    client = app.test_client()
    items = {kind: list(model.objects.order_by("order", "id")) for kind, model in CONTENT.items()}
    found = Loaded(
        entries,
        outcomes,
        items,
        {row["_id"]: orjson.dumps(row["body"]).decode() for row in Snapshot.raw().find()},
        {row.id: orjson.dumps(row.to_mongo()).decode() for row in SearchEntry.objects},
        client.get("/api/v1/home").get_json(),
        {kind: {one.slug: related_of(client, one) for one in own} for kind, own in items.items()},
        Revision.objects.count(),
        generated,
        collisions(),
    )
    for document in DOCUMENTS:
        document._get_collection().delete_many({})
    return found

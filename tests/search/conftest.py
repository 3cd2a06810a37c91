"""The real content in a database of its own, loaded once, without drawing its pictures."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

import application
from cli.database import create_indexes
from cli.seed import load, pictures, source
from core import db
from core.settings import Settings
from models.media_items import MediaKind
from tests.factories import create_media

KINDS = {"video": MediaKind.VIDEO, "file": MediaKind.SUBTITLES}


@pytest.fixture(scope="package")
def loaded(app: Flask, settings: Settings) -> Iterator[Settings]:
    """The installation whose database holds the real content."""
    own = dataclasses.replace(settings, mongodb_database=f"{settings.mongodb_database}_content")
    application.wire(own)
    create_indexes()
    entries = source.read()
    for entry in entries:
        _register(pictures.references(entry), "")
    loaded = sum(1 for _ in load.load(entries))
    load.load_synonyms(source.synonyms())
    assert loaded == len(entries)
    application.wire(settings)
    yield own
    application.wire(own)
    db.client().drop_database(own.mongodb_database)
    application.wire(settings)


@pytest.fixture
def real_content(loaded: Settings, settings: Settings) -> Iterator[None]:
    """Work on the real content; the usual database is back afterwards."""
    application.wire(loaded)
    yield
    application.wire(settings)


def _register(references: Any, name: str) -> None:
    if isinstance(references, dict):
        if "media" in references:
            create_media(references["media"], KINDS.get(name, MediaKind.IMAGE))
        for key, value in references.items():
            _register(value, key)
    elif isinstance(references, list):
        for value in references:
            _register(value, name)

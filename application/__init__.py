"""The composition root: the only package that knows every layer, and wires them.

Here stands what a web process needs; `python -m application` adds the command line and the worker,
so that web processes do not carry their memory.
"""

from flask import Flask

from api import public
from core import db, logs
from core.settings import Settings, load
from models.content import Content
from models.enums import Kind
from models.rendering import RenderSetting
from rest import app as rest_app
from schemas.registry import SCHEMAS
from schemas.rendering import render
from services import rendering


def wire(settings: Settings) -> None:
    """Connect the layers of this process: logs, database, renderers."""
    logs.configure(settings.log_level)
    db.configure(settings)
    for kind in Kind:
        rendering.register(kind, _renderer(kind))


def create_app(settings: Settings | None = None) -> Flask:
    """Return the web application, with settings from the environment by default."""
    settings = settings or load()
    wire(settings)
    settings.media_dir.mkdir(parents=True, exist_ok=True)
    app = rest_app.create(settings)
    public.mount(app)
    return app


def _renderer(kind: Kind) -> rendering.Renderer:
    card, detail = (schema() for schema in SCHEMAS[kind])

    def renderer(document: Content, setting: RenderSetting) -> rendering.Rendering:
        return rendering.Rendering(
            card=render(card, document, setting), detail=render(detail, document, setting)
        )

    return renderer

"""The composition root: the only module that knows every layer, and wires them.

`create_app` makes the web application; `main` runs a command of `cli`.
"""

import click
from flask import Flask

from api import public
from cli.main import cli
from core import db, logs
from core.settings import Settings, load
from jobs import worker
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


@click.command("worker")
def worker_command() -> None:
    """Run background work until SIGTERM."""
    settings = load()
    wire(settings)
    worker.main(settings)


def main() -> None:
    """Run the command line."""
    cli.add_command(worker_command)
    cli(obj=wire)


def _renderer(kind: Kind) -> rendering.Renderer:
    card, detail = (schema() for schema in SCHEMAS[kind])

    def renderer(document: Content, setting: RenderSetting) -> rendering.Rendering:
        return rendering.Rendering(
            card=render(card, document, setting), detail=render(detail, document, setting)
        )

    return renderer


if __name__ == "__main__":
    main()

"""The composition root: the only package that knows every layer, and wires them.

Here stands what a web process needs; `python -m application` adds the command line and the worker,
so that web processes do not carry their memory.
"""

from flask import Flask
from pymongo.errors import PyMongoError

from admin import mount as admin_api
from api import public
from core import db, logs
from core.settings import Settings, load
from core.shared import Counters
from media import stores
from models.content import Content
from models.enums import Kind
from models.rendering import RenderSetting
from rest import addresses
from rest import app as rest_app
from rest.byte_cache import ByteCache
from schemas.registry import SCHEMAS
from schemas.rendering import render
from services import (
    booking_policy,
    media_policy,
    personal_data,
    rendering,
    reviews,
    versions,
    wechat_gateway,
    wechat_pushes,
)
from services.staff import policy as staff_policy
from services.subscriptions import templates
from services.watching import Watcher

logger = logs.get(__name__)


def wire(settings: Settings) -> None:
    """Connect the layers of this process: logs, database, renderers."""
    logs.configure(settings.log_level)
    db.configure(settings)
    stores.configure(settings)
    media_policy.configure(settings)
    booking_policy.configure(settings)
    staff_policy.configure(settings)
    wechat_gateway.configure(settings)
    templates.configure(settings)
    wechat_pushes.configure(settings)
    reviews.configure(settings)
    for kind in Kind:
        rendering.register(kind, _renderer(kind))


def check_keys() -> None:
    """Raise `SettingsError` when the keys of the settings are not those of the database.

    A database that is away is left alone: the process starts, and serves once it is back.
    """
    try:
        personal_data.check_keys()
    except PyMongoError as error:
        logger.warning("keys_unchecked", error=type(error).__name__)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the web application, with settings from the environment by default."""
    settings = settings or load()
    wire(settings)
    check_keys()
    settings.media_dir.mkdir(parents=True, exist_ok=True)
    app = rest_app.create(settings)
    addresses.configure(app, stores.public_base())
    public.mount(app)
    admin_api.mount(app)
    counters = Counters(settings.run_dir / f"versions-{settings.mongodb_database}")
    watcher = Watcher(counters)
    app.config["VERSIONS"] = versions.Known(counters, ready=watcher.ensure)
    if settings.byte_cache_mb:
        _cache(app, settings, counters, watcher)
    return app


def _cache(app: Flask, settings: Settings, counters: Counters, watcher: Watcher) -> None:
    """Put the byte cache in front of the app."""
    app.wsgi_app = ByteCache(  # type: ignore[method-assign]
        app.wsgi_app,
        counters,
        prefix=public.PREFIX,
        resources=public.CACHED,
        room=settings.byte_cache_mb * 2**20,
        ttl_s=settings.byte_cache_ttl_s,
        stale_s=settings.byte_cache_stale_s,
        ready=watcher.ensure,
    )


def _renderer(kind: Kind) -> rendering.Renderer:
    card, detail = (schema() for schema in SCHEMAS[kind])

    def renderer(document: Content, setting: RenderSetting) -> rendering.Rendering:
        return rendering.Rendering(
            card=render(card, document, setting), detail=render(detail, document, setting)
        )

    return renderer

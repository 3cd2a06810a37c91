"""The web application: what a web process serves."""

from flask import Flask

from admin import mount as admin_api
from api import public
from application import check_keys, wire
from core.settings import Settings, load
from core.shared import Counters
from media import stores
from rest import addresses
from rest import app as rest_app
from rest.byte_cache import ByteCache
from services import versions
from services.watching import Watcher


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

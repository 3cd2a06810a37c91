"""The real application, as tests make it."""

from flask import Flask

from application import web
from core.settings import Settings
from services import versions


def make_app(settings: Settings) -> Flask:
    """Return an app that takes versions from the database itself.

    A test's next look follows its change at once, and no thread is left that goes on reading.
    """
    app = web.create_app(settings)
    app.config["VERSIONS"] = versions
    return app

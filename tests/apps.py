"""The real application, as tests make it."""

from flask import Flask

import application
from application import web
from core.settings import Settings
from services import versions

_made: dict[Settings, Flask] = {}


def make_app(settings: Settings) -> Flask:
    """Return an app that takes versions from the database itself.

    A test's next look follows its change at once, and no thread is left that goes on reading.
    """
    app = web.create_app(settings)
    app.config["VERSIONS"] = versions
    return app


def start_app(settings: Settings) -> Flask:
    """Return the app of these settings, wired as one that has started just now.

    Its routes are made once a process, which takes longer than most tests. Whoever changes it puts
    it back.
    """
    if settings not in _made:
        _made[settings] = make_app(settings)
    else:
        application.wire(settings)
        application.check_keys()
    return _made[settings]

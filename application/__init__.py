"""The composition root: the only package that knows every layer, and wires them.

Here stands what every process needs. `application.web` adds the REST surfaces, `python -m
application` the command line and the worker: neither carries the memory of the other, nor takes
the time to load it.
"""

from pymongo.errors import PyMongoError

from core import db, logs
from core.settings import Settings
from media import stores
from models.content import Content
from models.enums import Kind
from models.rendering import RenderSetting
from schemas.registry import SCHEMAS
from schemas.rendering import render
from services import (
    booking_policy,
    media_policy,
    personal_data,
    rendering,
    reviews,
    wechat_gateway,
    wechat_pushes,
)
from services.staff import policy as staff_policy
from services.subscriptions import templates

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


def _renderer(kind: Kind) -> rendering.Renderer:
    card, detail = (schema() for schema in SCHEMAS[kind])

    def renderer(document: Content, setting: RenderSetting) -> rendering.Rendering:
        return rendering.Rendering(
            card=render(card, document, setting), detail=render(detail, document, setting)
        )

    return renderer

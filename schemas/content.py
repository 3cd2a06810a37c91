"""What every kind of content shows: the card in lists, the detail on its page."""

from marshmallow import Schema, fields

from models.content import Content
from models.enums import Language, Place, TranslationStatus
from schemas.fields import Choice, Label
from schemas.media import Media
from schemas.parts import FigureSchema, SourceSchema, plain_list
from schemas.rendering import setting


class CardSchema(Schema):
    """What a list shows of an item.

    `language` is the language of its texts, `translation` how complete they are in the language
    that was asked for; `demo` tells that some values are demonstration data 演示.
    """

    kind = fields.Function(lambda item: item.KIND.value, metadata={"type": "string"})
    id = fields.String()
    slug = fields.String()
    title = fields.String()
    summary = fields.String(allow_none=True)
    cover = Media()
    tags = plain_list()
    place = Choice(Place, allow_none=True)
    place_label = Label("place", allow_none=True)
    featured = fields.Boolean()
    demo = fields.Function(lambda item: bool(item.demo_fields), metadata={"type": "boolean"})
    language = fields.Method("get_language", metadata={"type": "string"})
    translation = fields.Method(
        "get_translation",
        metadata={"type": "string", "enum": [status.value for status in TranslationStatus]},
    )

    def get_language(self, _item: Content) -> str:
        """Return the language that the texts are in."""
        if setting().translation is TranslationStatus.MISSING:
            return Language.ZH_CN.value
        return setting().language.value

    def get_translation(self, _item: Content) -> str:
        """Return how complete the texts are in the language asked for."""
        return setting().translation.value


class DetailSchema(Schema):
    """What an item's page adds to its card.

    `demo_fields` names the fields whose values are demonstration data; the others are sourced.
    """

    figures = fields.List(fields.Nested(FigureSchema))
    sources = fields.List(fields.Nested(SourceSchema))
    demo_fields = plain_list()

"""宣传片 on the wire."""

from marshmallow import Schema, fields

from models.enums import Language
from schemas.content import CardSchema
from schemas.fields import Choice
from schemas.media import Media
from schemas.tracks import TrackedDetailSchema


class FilmCardSchema(CardSchema):
    """A film in lists; it is never started by itself."""

    main = fields.Boolean()
    spoken_language = Choice(Language, attribute="language")
    video = Media()


class SubtitleSchema(Schema):
    """A subtitle track in WebVTT."""

    language = Choice(Language)
    label = fields.String()
    file = Media()


class FilmDetailSchema(FilmCardSchema, TrackedDetailSchema):
    """A film whole, with subtitles and what is said in it."""

    subtitles = fields.List(fields.Nested(SubtitleSchema))
    transcript = fields.String(allow_none=True)

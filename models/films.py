"""宣传片: promotional films; one of them is the main film (1部宣传片)."""

from typing import ClassVar

from mongoengine import (
    BooleanField,
    EmbeddedDocument,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    EnumField,
    StringField,
)

from models.content import Content
from models.enums import Kind, Language
from models.parts import BODY_MAX, TITLE_MAX, MediaRef


class Subtitle(EmbeddedDocument):
    """A WebVTT track of a film: its language and the file that holds it."""

    language = EnumField(Language, required=True)
    label = StringField(required=True, max_length=TITLE_MAX)
    file = EmbeddedDocumentField(MediaRef, required=True)


class Film(Content):
    """A film. Never started by itself: clients show the poster until the visitor plays it."""

    KIND: ClassVar = Kind.FILMS
    TRANSLATABLE: ClassVar = (*Content.TRANSLATABLE, "transcript")
    meta: ClassVar = {"collection": "films"}
    MEDIA: ClassVar = (*Content.MEDIA, "video", "subtitles.*.file")

    video = EmbeddedDocumentField(MediaRef, required=True)
    language = EnumField(Language, required=True)
    main = BooleanField(required=True, default=False)
    subtitles = EmbeddedDocumentListField(Subtitle)
    transcript = StringField(max_length=BODY_MAX)

    @property
    def facet(self) -> str | None:
        """Return `main` or `other`, so that the main film is found by index."""
        return "main" if self.main else "other"

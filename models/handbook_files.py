"""The PDFs of editions that the product draws itself, one for each language."""

from typing import ClassVar

from mongoengine import BooleanField, DateTimeField, Document, EnumField, IntField, StringField

from models.enums import Language
from models.media_items import KEY_MAX


def file_id(edition: str, language: Language) -> str:
    """Return the id of the file of an edition in a language."""
    return f"{edition}:{language}"


class HandbookFile(Document):
    """The PDF of a live edition in a language; the id is `edition:language`.

    `digest` is of all that stands in it: another one means that it is to be drawn again. `seen` is
    the number of the content's version before it was read, so that what was read earlier never
    replaces what was read later. `complete` tells that no picture was missing.
    """

    meta: ClassVar = {
        "collection": "handbook_files",
        "indexes": ["edition", "key"],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True)
    edition = StringField(required=True, max_length=40)
    language = EnumField(Language, required=True)
    digest = StringField(required=True, max_length=64)
    seen = IntField(required=True, min_value=0)
    complete = BooleanField(required=True)
    key = StringField(required=True, max_length=KEY_MAX)
    size = IntField(required=True, min_value=1)
    sha256 = StringField(required=True, max_length=64)
    pages = IntField(required=True, min_value=1)
    drawn_at = DateTimeField(required=True)

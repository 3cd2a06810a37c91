"""Translations: what is missing, what is behind, and setting them."""

from typing import Any

from flask_restx import Resource

from admin.content.space import item_of, kind_of, namespace
from admin.contract import contract
from models.content import Content
from models.enums import Language
from rest.access import current_actor, staff
from schemas.content_life import (
    TranslationChangeSchema,
    TranslationQuerySchema,
    TranslationsSchema,
)
from services import content, translations


@namespace.route("/<kind>/<item>/translations")
class Translations(Resource):
    """Texts of an item in another language."""

    @staff("content", "read")
    @contract.asks(TranslationQuerySchema)
    @contract.gives(TranslationsSchema)
    def get(self, kind: str, item: str, query: dict[str, Any]) -> dict[str, Any]:
        """List the texts, and which of them are missing or behind."""
        return listed(item_of(kind, item), query["language"])

    @staff("content", "translate")
    @contract.takes(TranslationChangeSchema)
    @contract.gives(TranslationsSchema)
    def patch(self, kind: str, item: str, data: dict[str, Any]) -> dict[str, Any]:
        """Set texts; each is bound to the original as it is now."""
        document = content.translate(
            kind_of(kind),
            item,
            data["language"],
            data["texts"],
            revision=data["revision"],
            actor=current_actor(),
        )
        return listed(document, data["language"])


def listed(document: Content, language: Language) -> dict[str, Any]:
    """Return the texts of an item with how they stand."""
    found = translations.texts(document, language)
    return {
        "language": language,
        "status": translations.status(found, language),
        "revision": document.revision,
        "items": found,
        "missing": [text.path for text in found if text.translated is None],
        "behind": [text.path for text in found if text.behind],
    }

"""Translations: which texts an item has, what they are in another language, what is behind.

A translation remembers the hash of the very text that it was made from. When the original text
changes the hash no longer fits, and the translation is behind until somebody renews it.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.canonical import digest
from core.clock import now
from core.errors import Invalid
from models.content import Content
from models.enums import Language, TranslationStatus
from services import paths


@dataclass(frozen=True)
class Text:
    """A translatable text: where it is, the original, and how its translation stands."""

    path: str
    original: str
    translated: str | None
    behind: bool


def texts(document: Content, language: Language) -> list[Text]:
    """List the document's translatable texts with their state in `language`."""
    return _texts(document, document.stored(), language)


def _texts(document: Content, data: paths.Data, language: Language) -> list[Text]:
    entries = {
        entry["path"]: entry
        for entry in data.get("translations", [])
        if entry["language"] == language
    }
    found = []
    for pattern in document.TRANSLATABLE:
        for path, original in paths.expand(data, pattern):
            if not original:
                continue
            entry = entries.get(path)
            found.append(
                Text(
                    path=path,
                    original=original,
                    translated=entry["text"] if entry else None,
                    behind=entry is not None and entry["source_hash"] != digest(original),
                )
            )
    return found


def status(found: list[Text], language: Language) -> TranslationStatus:
    """Sum up how an item stands in a language."""
    if language is Language.ZH_CN:
        return TranslationStatus.ORIGINAL
    if not any(text.translated is not None for text in found):
        return TranslationStatus.MISSING
    if any(text.behind for text in found):
        return TranslationStatus.BEHIND
    if any(text.translated is None for text in found):
        return TranslationStatus.PARTIAL
    return TranslationStatus.CURRENT


def localise(document: Content, language: Language) -> tuple[Content, TranslationStatus]:
    """Return the document in `language` and how complete it is.

    Texts without a translation stay in the original language; one that is behind is shown.
    """
    if language is Language.ZH_CN:
        return document, TranslationStatus.ORIGINAL
    data = copy.deepcopy(document.stored())
    found = _texts(document, data, language)
    for text in found:
        if text.translated is not None:
            paths.put(data, text.path, text.translated)
    return type(document).from_stored(data), status(found, language)


def merged(
    document: Content, language: Language, changes: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    """Return the document's translations with `changes` (path → text, None removes) applied.

    Each changed text is bound to the original as it is now. Raises `Invalid` for a path that
    names no translatable text, and for the language of the originals.
    """
    if language is Language.ZH_CN:
        raise Invalid(fields={"language": "choice"})
    data = document.stored()
    originals = {text.path: text.original for text in _texts(document, data, language)}
    entries = {(entry["language"], entry["path"]): entry for entry in data.get("translations", [])}
    for path, translated in changes.items():
        if path not in originals:
            raise Invalid(fields={path: "bad_translation_path"})
        entries.pop((language.value, path), None)
        if translated is not None:
            entries[(language.value, path)] = {
                "language": language.value,
                "path": path,
                "text": translated,
                "source_hash": digest(originals[path]),
                "updated_at": now(),
            }
    return list(entries.values())

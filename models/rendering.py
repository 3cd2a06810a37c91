"""What rendering an item for the public needs beyond the item itself."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from models.enums import Language, TranslationStatus
from models.media_items import MediaItem


@dataclass(frozen=True)
class RenderSetting:
    """The language of the answer, what is translated, the media by id, today in Shanghai."""

    language: Language
    translation: TranslationStatus
    media: Mapping[str, MediaItem]
    today: dt.date

"""Favourites of visitors."""

from typing import ClassVar

from models.saved_items import SavedItem


class Favourite(SavedItem):
    """An item that a visitor keeps."""

    COUNTER = "favourites"
    meta: ClassVar = {"collection": "favourites"}

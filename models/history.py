"""What visitors have read, for those who let it be kept."""

from typing import ClassVar

from models.saved_items import SavedItem


class HistoryEntry(SavedItem):
    """An item that a visitor has read, and when last."""

    COUNTER = "history"
    meta: ClassVar = {"collection": "history"}

"""The log of queries that found nothing: what visitors look for and do not find.

It says nothing of who asked. A query that may hold personal data is not written at all.
"""

import re
from datetime import date

from core.clock import now, today
from core.ids import new_id
from models.enums import Language
from models.search import FruitlessQuery

# Numbers of phones, identity cards and accounts; addresses of mail.
PERSONAL = re.compile(r"\d[\d -]{5,}\d|@")
QUERY_MAX = 60


def note(query: str, language: Language) -> None:
    """Count a query (normalised) for today."""
    if PERSONAL.search(query) or len(query) > QUERY_MAX:
        return
    FruitlessQuery._get_collection().update_one(
        {"day": today().isoformat(), "query": query, "language": language.value},
        {"$inc": {"count": 1}, "$set": {"last_at": now()}, "$setOnInsert": {"_id": new_id()}},
        upsert=True,
    )


def top(day: date, limit: int = 50) -> list[FruitlessQuery]:
    """Return a day's queries, the most frequent first."""
    return list(FruitlessQuery.objects(day=day.isoformat()).order_by("-count").limit(limit))

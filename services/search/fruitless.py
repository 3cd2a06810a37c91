"""The log of queries that found nothing, or only what has a part of them.

It says nothing of who asked. A query that may hold personal data is not written at all.
"""

import re
from datetime import date

from core.clock import now, today
from core.ids import new_id
from models.enums import Language
from models.search import FruitlessQuery

# Numbers of phones, identity cards, accounts and passports, however they are spaced; the same in
# Chinese numerals; number plates; addresses of mail.
PERSONAL = re.compile(
    r"\d(?:[\W_]{0,3}\d){6,}"
    r"|[零〇一二三四五六七八九幺两]{7,}"
    r"|[\u4e00-\u9fff][a-z][\W_]?(?=[a-z]*\d)[a-z0-9]{4,6}(?![a-z0-9])"
    r"|@"
)
QUERY_MAX = 60
# So many different queries are kept of a day: whoever asks at random fills no disk.
DAY_MAX = 5_000


def note(query: str, language: Language, *, loose: bool) -> None:
    """Count a query (normalised) for today; `loose` tells that something had a part of it."""
    if PERSONAL.search(query) or len(query) > QUERY_MAX:
        return
    log = FruitlessQuery._get_collection()
    day = today().isoformat()
    key = {"day": day, "query": query, "language": language.value}
    change = {"$inc": {"count": 1}, "$set": {"last_at": now(), "loose": loose}}
    if log.update_one(key, change).matched_count:
        return
    if log.count_documents({"day": day}, limit=DAY_MAX) < DAY_MAX:
        log.update_one(key, {**change, "$setOnInsert": {"_id": new_id()}}, upsert=True)


def top(day: date, limit: int = 50) -> list[FruitlessQuery]:
    """Return a day's queries, the most frequent first."""
    return list(FruitlessQuery.objects(day=day.isoformat()).order_by("-count", "id").limit(limit))

"""Version counters: moved with every change of what the public sees."""

import datetime as dt
from dataclasses import dataclass

from pymongo.client_session import ClientSession

from core.clock import now
from models.versions import CONTENT, Version

EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class State:
    """A scope's counter, and a date that grows by a second at least with each change."""

    number: int
    last_modified: dt.datetime


def bump(scope: str, session: ClientSession) -> None:
    """Move a scope's counter within the transaction of the change."""
    second = now().replace(microsecond=0)
    Version._get_collection().update_one(
        {"_id": scope},
        [
            {
                "$set": {
                    "number": {"$add": [{"$ifNull": ["$number", 0]}, 1]},
                    "last_modified": {
                        "$max": [
                            second,
                            {
                                "$dateAdd": {
                                    "startDate": "$last_modified",
                                    "unit": "second",
                                    "amount": 1,
                                }
                            },
                        ]
                    },
                }
            }
        ],
        upsert=True,
        session=session,
    )


def current(scope: str = CONTENT) -> State:
    """Return a scope's counter; zero when nothing was ever changed."""
    row = Version._get_collection().find_one({"_id": scope})
    if row is None:
        return State(0, EPOCH)
    return State(row["number"], row["last_modified"])

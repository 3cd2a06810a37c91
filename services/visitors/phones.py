"""A phone number that its owner takes back goes wherever the product has copied it to."""

import datetime as dt

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from models.bookings import Booking
from models.notifications import CallTask
from models.visitors import Visitor
from models.visits import Visit
from services import personal_data

GONE = ("phone", "phone_index")
# What a visitor's number is copied to, each with its blind index.
COPIES = (Booking, Visit, CallTask)


def take_back(visitor_id: str, until: dt.datetime) -> None:
    """Delete the number of a profile, there and in the visitor's bookings, requests and calls.

    It was taken back before `until` (UTC): what was given from then on stays. Another number that
    was told with one of those stays, and so does what staff noted of somebody without an account.
    """

    def work(session: ClientSession) -> None:
        visitors = Visitor._get_collection()
        given = {"phone": {"$exists": True}, "phone_given_at": {"$not": {"$gte": until}}}
        row = visitors.find_one({"_id": visitor_id, **given}, session=session)
        if row is None:
            return
        number = personal_data.opened(Visitor._from_son(row), "phone") or ""
        profile = {
            "$unset": dict.fromkeys((*GONE, "phone_source", "phone_given_at"), ""),
            "$inc": {"revision": 1, "touched": 1},
            "$set": {"updated_at": now()},
        }
        visitors.update_one({"_id": visitor_id}, profile, session=session)
        same = {
            **{"visitor": visitor_id, "created_at": {"$lt": until}},
            "phone_index": personal_data.indexed("phone", number),
        }
        for document in COPIES:
            copy: dict[str, dict[str, object]] = {"$unset": dict.fromkeys(GONE, "")}
            if hasattr(document, "revision"):
                copy |= {"$inc": {"revision": 1}, "$set": {"updated_at": now()}}
            document._get_collection().update_many(same, copy, session=session)

    transaction(work)

"""Lock-out: failed sign-ins are counted by account name and by address, before a check is made.

A try takes its place in the counter first, in one atomic update; so never more tries are checked
than allowed, however many come at once. A try that turns out right gives its place back. Names
that belong to nobody are counted in the same way: the answer tells nothing.
"""

import datetime as dt
import ipaddress
import math
from dataclasses import dataclass
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from core.clock import now
from core.errors import RateLimited
from core.ids import new_id
from models.staff import SignInFailures
from services.staff import policy

FORGET_AFTER_H = 24
DOUBLINGS_MAX = 20
RACES_MAX = 20
# A network of one IPv6 customer: single addresses in it cost nothing.
IPV6_PREFIX = 64


@dataclass(frozen=True)
class Place:
    """The place of a try in one counter."""

    key: str
    limit: int
    token: str


@dataclass(frozen=True)
class Attempt:
    """A try that may be checked now."""

    account: Place
    address: Place


def begin(username: str, address: str) -> Attempt:
    """Take a place for a try; raise `RateLimited` while the name or the address is locked."""
    settings = policy.current().settings
    token = new_id()
    by_address = Place(
        f"address:{policy.keyed_hash('address', network(address))}",
        settings.staff_lockout_address_failures,
        token,
    )
    by_account = Place(
        f"account:{policy.keyed_hash('account', username)}", settings.staff_lockout_failures, token
    )
    _take(by_address)
    try:
        _take(by_account)
    except RateLimited:
        give_back(by_address)  # nothing was checked
        raise
    return Attempt(by_account, by_address)


def passed(attempt: Attempt) -> None:
    """Give both places back: this step was right, another follows."""
    give_back(attempt.account)
    give_back(attempt.address)


def succeeded(attempt: Attempt) -> None:
    """Forget the failures of the account; the address only gets back its own place.

    Whoever has one account must not be able to empty the counter of an address with it.
    """
    SignInFailures._get_collection().delete_one({"_id": attempt.account.key})
    give_back(attempt.address)


def release(username: str) -> None:
    """Unlock an account name, as administrators do."""
    key = f"account:{policy.keyed_hash('account', username)}"
    SignInFailures._get_collection().delete_one({"_id": key})


def give_back(place: Place) -> None:
    """Take one failure off a counter, and the lock too when this very try had set it."""
    mine = {"$eq": ["$locked_by", place.token]}
    SignInFailures._get_collection().update_one(
        {"_id": place.key},
        [
            {
                "$set": {
                    "failures": {
                        "$cond": [
                            mine,
                            place.limit - 1,
                            {"$max": [0, {"$subtract": ["$failures", 1]}]},
                        ]
                    },
                    "rounds": {"$subtract": ["$rounds", {"$cond": [mine, 1, 0]}]},
                    "locked_until": {"$cond": [mine, None, "$locked_until"]},
                    "locked_by": {"$cond": [mine, None, "$locked_by"]},
                }
            }
        ],
    )


def network(address: str) -> str:
    """Return what stands for an address: itself, or its network in IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))
    return str(parsed)


def _take(place: Place) -> None:
    counters = SignInFailures._get_collection()
    for _ in range(RACES_MAX):
        moment = now()
        try:
            counters.find_one_and_update(
                {"_id": place.key, "locked_until": {"$not": {"$gt": moment}}},
                _counted(place, moment),
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            # It exists and is locked; or another try made it at this moment.
            row = counters.find_one({"_id": place.key})
            until = row and row.get("locked_until")
            if until and until > moment:
                raise _locked(until - moment) from None
        else:
            return
    raise _locked(dt.timedelta(seconds=1))


def _counted(place: Place, moment: dt.datetime) -> list[dict[str, Any]]:
    """Return the update that counts a failure and locks at the limit, twice as long each time."""
    settings = policy.current().settings
    seconds = {
        "$toLong": {
            "$min": [
                settings.staff_lockout_max_minutes * 60,
                {
                    "$multiply": [
                        settings.staff_lockout_minutes * 60,
                        {"$pow": [2, {"$min": ["$rounds", DOUBLINGS_MAX]}]},
                    ]
                },
            ]
        }
    }
    end = {"$dateAdd": {"startDate": moment, "unit": "second", "amount": seconds}}
    locks = {"$gte": ["$failures", place.limit]}
    return [
        {
            "$set": {
                "failures": {"$add": [{"$ifNull": ["$failures", 0]}, 1]},
                "rounds": {"$ifNull": ["$rounds", 0]},
            }
        },
        {
            "$set": {
                "failures": {"$cond": [locks, 0, "$failures"]},
                "rounds": {"$add": ["$rounds", {"$cond": [locks, 1, 0]}]},
                "locked_until": {"$cond": [locks, end, None]},
                "locked_by": {"$cond": [locks, place.token, None]},
            }
        },
        {
            "$set": {
                "expires_at": {
                    "$dateAdd": {
                        "startDate": {"$ifNull": ["$locked_until", moment]},
                        "unit": "hour",
                        "amount": FORGET_AFTER_H,
                    }
                }
            }
        },
    ]


def _locked(rest: dt.timedelta) -> RateLimited:
    seconds = max(1, math.ceil(rest.total_seconds()))
    return RateLimited("sign_in_locked", retry_after_s=seconds, minutes=math.ceil(seconds / 60))

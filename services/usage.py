"""The mini-program's use, taken over from WeChat day by day."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from core.clock import now, today
from core.errors import Invalid
from models.usage import UsageDay
from services import permissions, wechat_gateway
from services.actors import Actor
from services.staff import policy
from wechat.client import WechatClient
from wechat.errors import WechatUnavailable

RESOURCE = "usage"
PULL_JOB = "wechat.usage"
# How far back days that are missing are fetched.
CATCH_UP_DAYS = 30
DAYS_MAX = 366
# Who came back so many days later is told, one more day each morning.
RETENTION_DAYS = 30
# How many days are asked about again in one run, and how far back where the worker was away.
AGAIN_MAX, AGAIN_WITHIN_DAYS = 30, 60


def pull() -> int:
    """Fetch the days that are missing, the oldest first; return how many.

    Each is kept as soon as it is whole. Then who came back is asked again of the days of which
    more can be known than when it was asked last. Raises `WechatUnavailable` (`not_yet` while
    WeChat still counts), `WechatRefused`.
    """
    if not policy.current().settings.wechat_appid:
        return 0
    client, fetched = wechat_gateway.client(), 0
    yesterday = today() - dt.timedelta(days=1)
    for day in _missing(yesterday):
        try:
            row = {**_figures(client, day), "fetched_at": now()}
            row["retention_until"] = yesterday.isoformat()
        except WechatUnavailable as away:
            if away.reason != "not_yet" or day == yesterday:
                raise
            continue  # an older day that WeChat has no figures of holds back no other
        UsageDay._get_collection().update_one(
            {"_id": day.isoformat()}, {"$setOnInsert": row}, upsert=True
        )
        fetched += 1
    for day in _growing(yesterday):
        _ask_again(client, day, yesterday)
    return fetched


def listing(actor: Actor, first: dt.date, last: dt.date) -> list[UsageDay]:
    """Return the days that are known, the newest first. Raises `Invalid`."""
    permissions.require(actor, RESOURCE, "read")
    if not 0 <= (last - first).days <= DAYS_MAX:
        raise Invalid(fields={"last": ["out_of_range"]})
    days = UsageDay.objects(id__gte=first.isoformat(), id__lte=last.isoformat())
    return list(days.order_by("-id"))


def _missing(yesterday: dt.date) -> list[dt.date]:
    wanted = [yesterday - dt.timedelta(days=back) for back in reversed(range(CATCH_UP_DAYS))]
    known = set(UsageDay.objects(id__in=[day.isoformat() for day in wanted]).scalar("id"))
    return [day for day in wanted if day.isoformat() not in known]


def _growing(yesterday: dt.date) -> list[dt.date]:
    """Return the days of which WeChat can tell more of who came back, the oldest first."""
    earliest = yesterday - dt.timedelta(days=AGAIN_WITHIN_DAYS)
    known = UsageDay.objects(id__gte=earliest.isoformat(), id__lt=yesterday.isoformat())
    found = []
    for row in known.only("id", "retention_until").order_by("id"):
        day = dt.date.fromisoformat(row.id)
        most = min(yesterday, day + dt.timedelta(days=RETENTION_DAYS))
        if (row.retention_until or "") < most.isoformat():
            found.append(day)
    return found[:AGAIN_MAX]


def _ask_again(client: WechatClient, day: dt.date, yesterday: dt.date) -> None:
    """Take what WeChat can tell now of who came back since a day."""
    try:
        retention = _retention(client, day)
    except WechatUnavailable as away:
        if away.reason != "not_yet":
            raise
        return  # as for a day that is missing: asked again tomorrow
    counts = {
        f"retention.{whom}.{days}": count
        for whom, by_days in retention.items()
        for days, count in by_days.items()
    }
    UsageDay._get_collection().update_one(
        {"_id": day.isoformat()}, {"$set": {**counts, "retention_until": yesterday.isoformat()}}
    )


def _figures(client: WechatClient, day: dt.date) -> dict[str, Any]:
    summary, visits = client.daily_summary(day), client.daily_visits(day)
    found = {
        "summary": None if summary is None else dataclasses.asdict(summary),
        "visits": None if visits is None else dataclasses.asdict(visits),
        "pages": [dataclasses.asdict(row) for row in client.page_visits(day)],
        "retention": _retention(client, day),
    }
    return {name: value for name, value in found.items() if value is not None}


def _retention(client: WechatClient, day: dt.date) -> dict[str, dict[str, int]]:
    found = client.daily_retention(day)
    return {
        "visitors": _by_text(found.visitors),
        "new_visitors": _by_text(found.new_visitors),
    }


def _by_text(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(days): count for days, count in counts.items()}

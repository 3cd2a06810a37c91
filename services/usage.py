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


def pull() -> int:
    """Fetch the days that are missing, the oldest first; return how many.

    Each is kept as soon as it is whole. Raises `WechatUnavailable` (`not_yet` while WeChat still
    counts), `WechatRefused`.
    """
    if not policy.current().settings.wechat_appid:
        return 0
    client, fetched = wechat_gateway.client(), 0
    yesterday = today() - dt.timedelta(days=1)
    for day in _missing(yesterday):
        try:
            row = {**_figures(client, day), "fetched_at": now()}
        except WechatUnavailable as away:
            if away.reason != "not_yet" or day == yesterday:
                raise
            continue  # an older day that WeChat has no figures of holds back no other
        UsageDay._get_collection().update_one(
            {"_id": day.isoformat()}, {"$setOnInsert": row}, upsert=True
        )
        fetched += 1
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


def _figures(client: WechatClient, day: dt.date) -> dict[str, Any]:
    summary, visits = client.daily_summary(day), client.daily_visits(day)
    retention = client.daily_retention(day)
    found = {
        "summary": None if summary is None else dataclasses.asdict(summary),
        "visits": None if visits is None else dataclasses.asdict(visits),
        "pages": [dataclasses.asdict(row) for row in client.page_visits(day)],
        "retention": {
            "visitors": _by_text(retention.visitors),
            "new_visitors": _by_text(retention.new_visitors),
        },
    }
    return {name: value for name, value in found.items() if value is not None}


def _by_text(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(days): count for days, count in counts.items()}

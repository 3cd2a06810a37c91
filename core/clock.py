"""The one source of the current time. Times are aware and in UTC; people read Asia/Shanghai."""

import datetime as dt
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def system_time() -> dt.datetime:
    """Return what the clock of this machine says, in UTC; a test may set it in this one place."""
    return dt.datetime.now(dt.UTC)


def now() -> dt.datetime:
    """Return the current time in UTC, cut to the millisecond that MongoDB keeps."""
    moment = system_time()
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def today() -> dt.date:
    """Return the current date as people in Shanghai see it."""
    return now().astimezone(SHANGHAI).date()


def day_start(day: dt.date) -> dt.datetime:
    """Return the UTC moment at which `day` begins in Shanghai."""
    return dt.datetime.combine(day, dt.time(), SHANGHAI).astimezone(dt.UTC)

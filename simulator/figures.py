"""The APIs of figures: a day's are made up from its date, and there from 8 in the morning on."""

import datetime as dt
import hashlib

from werkzeug.wrappers import Request

from core.clock import SHANGHAI
from simulator.errors import ApiError
from simulator.requests import Body, authorised_body, text
from simulator.world import World

READY_AT = dt.time(8)
RETAINED_DAYS = 30
PAGES = ("pages/index/index", "pages/project/detail", "pages/route/detail")


def dailysummarytrend(world: World, request: Request) -> Body:
    """Give the totals."""
    day = _day(world, request)
    row = {"visit_total": 1_000 + _some(day, 100), "share_pv": _some(day, 30), "share_uv": 5}
    return {"list": [{"ref_date": f"{day:%Y%m%d}", **row}]}


def dailyvisittrend(world: World, request: Request) -> Body:
    """Give the visits."""
    day = _day(world, request)
    row: dict[str, object] = {
        **{"session_cnt": 40 + _some(day, 60), "visit_pv": 200 + _some(day, 200)},
        **{"visit_uv": 20 + _some(day, 20), "visit_uv_new": _some(day, 10)},
        **{"stay_time_uv": 61.25, "stay_time_session": 30.5, "visit_depth": 3.2},
    }
    return {"list": [{"ref_date": f"{day:%Y%m%d}", **row}]}


def visitpage(world: World, request: Request) -> Body:
    """Give the visits of each page."""
    day = _day(world, request)
    names = ("entrypage_pv", "exitpage_pv", "page_share_pv", "page_share_uv")
    rows = [
        {
            **{"page_path": page, "page_visit_pv": 10 + _some(day, 50), "page_visit_uv": 5},
            **{"page_staytime_pv": 8.25, **dict.fromkeys(names, number)},
        }
        for number, page in enumerate(PAGES, 1)
    ]
    return {"ref_date": f"{day:%Y%m%d}", "list": rows}


def dailyretaininfo(world: World, request: Request) -> Body:
    """Give who came back: after n days, once those are over and counted."""
    day = _day(world, request)
    passed = min((_counted(world) - day).days, RETAINED_DAYS)
    later = [day + dt.timedelta(days=number) for number in range(1, passed + 1)]
    back = [20 + _some(day, 20), *(_some(one, 9) for one in later)]
    new = [count // 2 for count in back]
    told = {
        name: [{"key": key, "value": value} for key, value in enumerate(counts)]
        for name, counts in (("visit_uv_new", new), ("visit_uv", back))
    }
    return {"ref_date": f"{day:%Y%m%d}", **told}


def _day(world: World, request: Request) -> dt.date:
    """Return the one day that is asked for, if it is over and counted: else 61504."""
    body = authorised_body(world, request)
    try:
        first, last = (
            dt.datetime.strptime(text(body, name), "%Y%m%d").date()
            for name in ("begin_date", "end_date")
        )
    except ValueError:
        raise ApiError(61500) from None
    if first != last or first > _counted(world):
        raise ApiError(61504)
    return first


def _counted(world: World) -> dt.date:
    """Return the last day that is over and counted."""
    now = world.clock.now().astimezone(SHANGHAI)
    return now.date() - dt.timedelta(days=1 if now.time() >= READY_AT else 2)


def _some(day: dt.date, below: int) -> int:
    return hashlib.sha256(day.isoformat().encode()).digest()[0] % below

"""The one table of who may call what. A new route needs its line, or the build fails.

A line is `METHOD rule: Route(audience, states)`. Whoever is neither staff nor anyone has callers
of their own (theirs, another's, with an ended session) and an audience that says whom it refuses:
a module beside `staff`, joined here. All callers are tried on all routes.
"""

from collections.abc import Mapping

from tests.access import (
    account,
    booking_papers,
    bookings,
    calendar,
    callers,
    codes,
    content,
    desk,
    media,
    public,
    searching,
    staff,
    upkeep,
    visitors,
    visits,
)
from tests.access.callers import Make
from tests.access.expected import Table

CALLERS: Mapping[str, Make] = {**callers.CALLERS, **visitors.CALLERS}
TABLE: Table = {
    **public.TABLE,
    **visitors.TABLE,
    **bookings.TABLE,
    **booking_papers.TABLE,
    **visits.TABLE,
    **account.TABLE,
    **staff.TABLE,
    **content.TABLE,
    **searching.TABLE,
    **upkeep.TABLE,
    **media.TABLE,
    **desk.TABLE,
    **codes.TABLE,
    **calendar.TABLE,
}

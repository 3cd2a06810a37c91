"""Which function handles a job."""

from collections.abc import Callable

from jobs import (
    audit,
    bookings,
    content,
    departures,
    desk,
    handbook,
    media,
    media_sweep,
    sitemaps,
    texts,
    usage,
    visitors,
    visits,
    wechat,
)

Handler = Callable[..., None]

HANDLERS: dict[str, Handler] = {
    **audit.HANDLERS,
    **bookings.HANDLERS,
    **content.HANDLERS,
    **departures.HANDLERS,
    **desk.HANDLERS,
    **handbook.HANDLERS,
    **media.HANDLERS,
    **media_sweep.HANDLERS,
    **sitemaps.HANDLERS,
    **texts.HANDLERS,
    **visitors.HANDLERS,
    **usage.HANDLERS,
    **visits.HANDLERS,
    **wechat.HANDLERS,
}

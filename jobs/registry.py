"""Which function handles a job."""

from collections.abc import Callable

from jobs import audit, content, media, sitemaps, visitors

Handler = Callable[..., None]

HANDLERS: dict[str, Handler] = {
    **audit.HANDLERS,
    **content.HANDLERS,
    **media.HANDLERS,
    **sitemaps.HANDLERS,
    **visitors.HANDLERS,
}

"""Which function handles a job."""

from collections.abc import Callable

from jobs import audit, content, sitemaps, visitors

Handler = Callable[..., None]

HANDLERS: dict[str, Handler] = {
    **audit.HANDLERS,
    **content.HANDLERS,
    **sitemaps.HANDLERS,
    **visitors.HANDLERS,
}

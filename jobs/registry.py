"""Which function handles a job."""

from collections.abc import Callable

from jobs import content, sitemaps

Handler = Callable[..., None]

HANDLERS: dict[str, Handler] = {**content.HANDLERS, **sitemaps.HANDLERS}

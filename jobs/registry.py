"""Which function handles a job."""

from collections.abc import Callable

from jobs import audit, content, media, media_sweep, pushes, sitemaps, visitors, wechat

Handler = Callable[..., None]

HANDLERS: dict[str, Handler] = {
    **audit.HANDLERS,
    **content.HANDLERS,
    **media.HANDLERS,
    **media_sweep.HANDLERS,
    **pushes.HANDLERS,
    **sitemaps.HANDLERS,
    **visitors.HANDLERS,
    **wechat.HANDLERS,
}

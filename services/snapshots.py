"""Building live snapshots: the filters, the links, the rendered text."""

import datetime as dt
from typing import Any

from core.clock import now, today
from models.content import Content
from models.enums import Kind
from models.registry import CONTENT
from models.snapshots import snapshot_key
from services import figures, links, rendering


def build(published: Content, number: int, expire_at: dt.datetime | None) -> dict[str, Any]:
    """Return the snapshot of a document as it is stored, rendered as of today."""
    kind, moment = published.KIND, now()
    data = published.stored()
    refs = sorted({snapshot_key(of, target) for _, of, target in links.targets(published, data)})
    slugs = CONTENT[Kind.TRACKS].objects(id__in=list(published.tracks)).scalar("slug")
    return {
        "_id": snapshot_key(kind, published.id),
        "kind": kind,
        "item": published.id,
        "slug": published.slug,
        "order": published.order_key,
        "facet": published.facet,
        "tracks": [*published.tracks, *slugs],
        "tags": list(published.tags),
        "place": published.place,
        "featured": published.featured,
        "refs": refs,
        "revision": number,
        "published_at": moment,
        "expire_at": expire_at,
        "changes_at": figures.next_change(published, moment),
        "body": rendering.render(published, today()),
    }

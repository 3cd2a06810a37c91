"""The nightly sitemaps."""

from typing import Any

from models.enums import Kind
from services import sitemaps

BUILD_JOB = "sitemaps.build"


def build(*, day: str) -> None:
    """Write the sitemap of every kind anew. `day` makes the job unique."""
    del day
    for kind in Kind:
        sitemaps.build(kind)


HANDLERS: dict[str, Any] = {BUILD_JOB: build}

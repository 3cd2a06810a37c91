"""Who may call a route. Every route says so; a test walks the URL map."""

from collections.abc import Callable
from typing import Any

View = Callable[..., Any]


def anyone(view: View) -> View:
    """Declare that a route needs no login."""
    view.access = "anyone"  # type: ignore[attr-defined]
    return view

"""Who may call a route. Every route says so; a test walks the URL map."""

import functools
from collections.abc import Callable
from typing import Any

from flask import Flask

View = Callable[..., Any]


def anyone(view: View) -> View:
    """Declare that a route needs no login."""
    view.access = "anyone"  # type: ignore[attr-defined]
    return view


def open_to_anyone(app: Flask, endpoint: str) -> None:
    """Declare the same for a route that a library made."""
    app.view_functions[endpoint] = anyone(functools.partial(app.view_functions[endpoint]))

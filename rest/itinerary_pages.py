"""A 行程单 as a page and as a PDF: for who asked, now; nothing keeps them.

The page runs no script and loads nothing but the map; its own style carries a nonce.
"""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from flask import Response, render_template
from markupsafe import Markup

from media import stores
from models.departures import DepartureState
from models.enums import Language
from services import itinerary_sheet
from services.itinerary_parts import Itinerary, Point
from services.itinerary_texts import day_text, hour, span_text, word

PDF = "application/pdf"
# Opens the map of the phone; without an app its page. The coordinates are those of the map.
NAVIGATION = "https://uri.amap.com/marker"
KINDLY = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True)
class _File:
    url: str
    width: int


def page(itinerary: Itinerary, *, pdf: str | None = None) -> Response:
    """Return the page; `pdf` is the address of the same on paper."""
    spoken = itinerary.language
    return _html(
        "itinerary.html",
        spoken,
        it=itinerary,
        marks=_marks(itinerary),
        day=day_text(itinerary.day, spoken),
        span=span_text(itinerary.starts_at, itinerary.ends_at),
        people=itinerary_sheet.people(itinerary),
        gate=itinerary_sheet.gate(itinerary),
        remarks=itinerary_sheet.remarks(itinerary),
        map_files=_map_files(itinerary),
        map_caption=itinerary_sheet.map_caption(itinerary),
        pins=itinerary_sheet.pinned(itinerary),
        **_sketched(itinerary),
        hour=hour,
        place=lambda point, title: _place(point, title, spoken),
        pdf=pdf,
    )


def ended(language: Language, status: int) -> Response:
    """Return the page for an address that does not hold any more."""
    response = _html("itinerary_ended.html", language, language=language)
    response.status_code = status
    return response


def pdf(itinerary: Itinerary) -> Response:
    """Return the PDF, to be saved under a name that tells the day."""
    name = quote(itinerary_sheet.file_name(itinerary))
    response = Response(itinerary_sheet.pdf(itinerary), mimetype=PDF, headers=KINDLY)
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
    response.headers["Content-Language"] = itinerary.language.value
    return response


def _html(template: str, spoken: Language, **values: Any) -> Response:
    nonce = secrets.token_urlsafe(16)
    body = render_template(
        template, nonce=nonce, word=lambda name, **more: word(name, spoken, **more), **values
    )
    response = Response(body, mimetype="text/html", headers=KINDLY)
    response.headers["Content-Language"] = spoken.value
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; img-src {_images()}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return response


def _images() -> str:
    """Return where the map may come from: this host, or that of the media store."""
    base = urlsplit(stores.public_base())
    return f"{base.scheme}://{base.netloc}" if base.netloc else "'self'"


def _marks(itinerary: Itinerary) -> list[str]:
    found = [word("demo", itinerary.language)] if itinerary.demo else []
    if itinerary.state is not DepartureState.OPEN:
        found.append(word(itinerary.state.value, itinerary.language))
    return found


def _map_files(itinerary: Itinerary) -> list[_File]:
    files = itinerary.map.files if itinerary.map else ()
    found = [
        _File(stores.current().public_url(file.key), file.width) for file in files if file.width
    ]
    return sorted(found, key=lambda file: file.width)


def _sketched(itinerary: Itinerary) -> dict[str, Any]:
    """Return what the sketch of the stops is drawn from."""
    sketch = itinerary.sketch
    if sketch is None:
        return {}
    return {
        "sketch": sketch,
        "scale": itinerary_sheet.scale_text(sketch, itinerary.language),
        "legend": itinerary_sheet.legend(itinerary),
        "sketch_notes": itinerary_sheet.sketch_notes(itinerary),
    }


def _place(point: Point, title: str, language: Language) -> Markup:
    """Return what leads there, and the coordinates for paper."""
    query = urlencode(
        {"position": f"{point.lng},{point.lat}", "name": title, "coordinate": "gaode"}
    )
    link = Markup('<a class="go" href="{}" rel="noreferrer">{}</a>').format(
        f"{NAVIGATION}?{query}", word("navigate", language)
    )
    shown = f"{word('coordinates', language)} {point.lng:.4f}, {point.lat:.4f} (GCJ-02)"
    return Markup('<span class="geo">{}</span>{}').format(shown, link)

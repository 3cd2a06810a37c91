"""Rich text: an allow-list of HTML, applied whenever text is written."""

import re

import nh3

from core.errors import Unprocessable
from services.nesting import is_excessive

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "strong", "em", "u", "s", "sub", "sup", "a"),
    *("ul", "ol", "li", "blockquote", "aside", "figure", "figcaption", "img"),
    *("table", "thead", "tbody", "tr", "th", "td", "caption"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "aside": {"class"},
}
PASSES_MAX = 8
ASIDE_CLASSES = {"callout", "contact", "warning"}
# Pictures come from our own media only: no tracking, no mixed content, no way out of the folder.
PICTURE = re.compile(r"/media/(?!.*\.\.)[\w./-]+")


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src" and not PICTURE.fullmatch(value):
        return None
    return value


def clean(html: str, path: str) -> str:
    """Return `html` with everything outside the allow-list removed; clean text is unchanged.

    Browsers repair badly nested markup, and now and then the repaired text reads as another
    tree: it is cleaned until it stays as it is. Raises `Unprocessable`, naming the field at
    `path`, for markup nested so deeply that repairing it would take seconds.
    """
    if is_excessive(html):
        raise Unprocessable(fields={path: "markup_too_deep"})
    for _ in range(PASSES_MAX):
        cleaned = _allowed(html)
        if cleaned == html:
            break
        html = cleaned
    return html


def _allowed(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items() if tag != "aside"},
        allowed_classes={"aside": ASIDE_CLASSES},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )

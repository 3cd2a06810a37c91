"""Rich text: an allow-list of HTML, applied whenever text is written."""

import nh3

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
ASIDE_CLASSES = {"callout", "contact", "warning"}


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        # Pictures come from our own media only: no tracking, no mixed content.
        return value if value.startswith("/media/") and ".." not in value else None
    return value


def clean(html: str) -> str:
    """Return `html` with everything outside the allow-list removed; clean text is unchanged."""
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

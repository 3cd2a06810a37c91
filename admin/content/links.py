"""Links: where an item leads, what leads to it, what is broken."""

from typing import Any

from flask_restx import Resource

from admin.content.space import item_of, kind_of, namespace
from admin.contract import contract
from models.content import Content
from rest import errors, language
from rest.access import staff
from schemas.content_life import BrokenLinksSchema, ChecksSchema
from services import links, publishing


@namespace.route("/<kind>/<item>/checks")
class Checks(Resource):
    """Checks of an item."""

    @staff("content", "read")
    @contract.gives(ChecksSchema)
    def get(self, kind: str, item: str) -> dict[str, Any]:
        """Look at links from and to an item, and at what keeps it from being published."""
        document = item_of(kind, item)
        return {
            "links": links.check(document),
            "referrers": links.referrers(document),
            "problems": said(document),
        }


@namespace.route("/broken-links/<kind>")
class BrokenLinks(Resource):
    """Broken links of a kind."""

    @staff("content", "read")
    @contract.gives(BrokenLinksSchema)
    def get(self, kind: str) -> dict[str, Any]:
        """List items with links that lead to nothing, or to what is not live."""
        return {
            "items": [
                {"item": document, "links": found}
                for document, found in links.broken(kind_of(kind))
            ]
        }


def said(document: Content) -> dict[str, object]:
    """Return in words what keeps an item from being published."""
    found = publishing.problems(document)
    return {path: errors.said(problem, language.current()) for path, problem in found.items()}

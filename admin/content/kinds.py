"""Routes that know a kind's fields: lists, create, read, change."""

from typing import Any

from flask_restx import Resource

from admin.content import versions
from admin.content.space import namespace
from admin.contract import contract
from core.errors import Conflict, Invalid
from models.content import Content
from models.enums import Kind
from models.registry import CONTENT
from rest import paging
from rest.access import current_actor, staff, staff_caller
from rest.idempotency import idempotent
from schemas.content_life import WorkingListQuerySchema
from schemas.pages import page_of
from schemas.working import WorkingCardSchema, working
from services import content, differences, internal, working_lists
from services.working_lists import Filters

FILTERS = ("state", "stage", "text", "track", "owner", "due")
ME = "me"


def declare(kind: Kind) -> None:
    """Add the routes of a kind."""
    name = CONTENT[kind].__name__
    for path, resource in (("", _items(kind)), ("/<item>", _item(kind))):
        named = type(f"{name}{resource.__name__}", (resource,), {"__doc__": resource.__doc__})
        namespace.route(f"/{kind.value}{path}")(named)


def _items(kind: Kind) -> type[Resource]:
    class Items(Resource):
        """All items of the kind."""

        @staff("content", "read")
        @contract.asks(WorkingListQuerySchema)
        @contract.gives(page_of(WorkingCardSchema))
        def get(self, query: dict[str, Any]) -> dict[str, Any]:
            """List working copies, in the order that staff gave."""
            return page(kind, query)

        @staff("content", "write")
        @idempotent(staff_caller)
        @contract.takes(working(kind))
        @contract.gives(working(kind), code=201)
        def post(self, data: dict[str, Any]) -> Any:
            """Write a new draft at revision 1, which belongs to one's department."""
            data.pop("revision", None)
            return seen(content.create(kind, data, actor=current_actor()))

    return Items


def _item(kind: Kind) -> type[Resource]:
    class Item(Resource):
        """One of them."""

        @staff("content", "read")
        @contract.gives(working(kind))
        def get(self, item: str) -> Any:
            """Read a working copy, by id or slug."""
            return seen(content.get(kind, item))

        @staff("content", "write")
        @contract.takes(working(kind), partial=True)
        @contract.gives(working(kind))
        def patch(self, item: str, data: dict[str, Any]) -> Any:
            """Change fields; with a stale `revision` a 409 whose `details` hold both versions."""
            return seen(change(kind, item, data))

    return Item


def page(kind: Kind, query: dict[str, Any]) -> dict[str, Any]:
    """Return a page of working copies."""
    given = {name: query[name] for name in FILTERS if name in query}
    author = query.get("author")
    given["author"] = current_actor().id if author == ME else author
    filters = Filters(**given)
    return paging.listed(
        query,
        lambda limit, after: working_lists.page(kind, filters, limit=limit, after=after),
        lambda one: (float(one.order), one.id),
    )


def change(kind: Kind, item: str, data: dict[str, Any]) -> Content:
    """Change an item; a collision carries what was sent, what stands there, and what differs."""
    fields = dict(data)
    revision = fields.pop("revision", None)
    if revision is None:
        raise Invalid(fields={"revision": "required"})
    try:
        return content.update(kind, item, fields, revision=revision, actor=current_actor())
    except Conflict as collision:
        if collision.code == "stale_revision":
            collision.details.update(both(content.get(kind, item), fields))
        raise


def both(document: Content, fields: dict[str, Any]) -> dict[str, object]:
    """Return the two versions of a collision: one's own fields, and the item as it is now."""
    current = versions.fields_of(document, current_actor())
    own = {name: current.get(name) for name in fields}
    return {
        "given": fields,
        "current": {**current, "revision": document.revision, "changed_by": document.changed_by},
        "differences": [
            {"path": one.path, "change": one.change, "current": one.before, "given": one.after}
            for one in differences.between(own, fields)
        ],
    }


def seen(document: Content) -> internal.Seen:
    """Return a working copy as who calls sees it."""
    return internal.seen(document, current_actor())


for one in Kind:
    declare(one)

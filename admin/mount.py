"""Mounts the staff API on an app."""

from flask import Blueprint, Flask

from admin import (
    account,
    audit,
    calls,
    codes,
    content,
    deliveries,
    fruitless,
    held_texts,
    jobs,
    media_items,
    promotions,
    questions,
    reviews,
    sessions,
    staff,
    synonyms,
    uploads,
    usage,
)
from admin.contract import contract
from rest.access import open_to_anyone, open_to_staff
from rest.app import RestApi

PREFIX = "/admin/api/v1"
RESOURCES = (
    *(sessions, account, staff, content, reviews, synonyms, promotions, fruitless),
    *(uploads, media_items, calls, questions, codes, deliveries),
    *(held_texts, usage, jobs, audit),
)


def mount(app: Flask) -> None:
    """Add every route of staff; the document is for those who are signed in."""
    blueprint = Blueprint("admin", __name__, url_prefix=PREFIX)
    api = RestApi(
        blueprint,
        version="1",
        title="招商工具箱 5个1 · 工作人员",
        description=(
            "For staff. A session cookie says who calls; what changes something carries the "
            "`X-CSRF-Token` of its session. Failures have one shape, `Error`."
        ),
        doc=False,
    )
    for resource in RESOURCES:
        api.add_namespace(resource.namespace, path=f"/{resource.namespace.name}")
    api.register(contract)
    app.register_blueprint(blueprint)
    open_to_staff(app, "admin.specs", "account", "read")
    open_to_anyone(app, "admin.root")  # answers 404

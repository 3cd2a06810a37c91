"""Mounts the staff API on an app."""

from flask import Blueprint, Flask

from admin import (
    account,
    attendance,
    audit,
    booking_figures,
    bookings,
    calls,
    closures,
    codes,
    content,
    day_sheets,
    deliveries,
    departures,
    fruitless,
    group_lists,
    guide_feeds,
    guides,
    held_texts,
    itineraries,
    jobs,
    media_items,
    promotions,
    questions,
    reviews,
    schedules,
    sessions,
    staff,
    suspensions,
    synonyms,
    uploads,
    usage,
    vehicles,
    visits,
    working_days,
)
from admin.contract import contract
from rest.access import open_to_anyone, open_to_staff
from rest.app import RestApi

PREFIX = "/admin/api/v1"
RESOURCES = (
    *(sessions, account, staff, content, reviews, synonyms, promotions, fruitless),
    *(uploads, media_items, calls, questions, codes, deliveries, held_texts, usage, jobs, audit),
    *(bookings, attendance, suspensions, group_lists, day_sheets, booking_figures),
    *(itineraries, visits),
    *(guides, guide_feeds, vehicles, schedules, closures, working_days, departures),
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
    namespaces = dict.fromkeys(resource.namespace for resource in RESOURCES)
    for namespace in namespaces:
        api.add_namespace(namespace, path=f"/{namespace.name}")
    api.register(contract)
    app.register_blueprint(blueprint)
    open_to_staff(app, "admin.specs", "account", "read")
    open_to_anyone(app, "admin.root")  # answers 404

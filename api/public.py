"""Mounts the public API on an app."""

from flask import Blueprint, Flask

from api import (
    articles,
    booking_papers,
    bookings,
    callback,
    clusters,
    departures,
    faqs,
    favourites,
    feeds,
    films,
    handbook,
    health,
    history,
    home,
    inbox,
    itineraries,
    me,
    media,
    media_parts,
    previews,
    projects,
    routes,
    scenes,
    search,
    sessions,
    sitemaps,
    sites,
    subscriptions,
    tracks,
    venues,
    visits,
)
from api.contract import contract
from rest.access import SECURITY, open_to_anyone
from rest.app import RestApi

PREFIX = "/api/v1"
# The document, its page with the files that it loads, and the bare prefix, which answers 404.
LIBRARY_ROUTES = ("api.specs", "api.doc", "restx_doc.static", "api.root")
RESOURCES = (
    *(home, tracks, projects, routes, departures, sites, films, venues, handbook, clusters),
    *(articles, faqs, search, sitemaps, previews, feeds, scenes),
)
# What belongs to one visitor: never in the byte cache.
PRIVATE = (
    *(sessions, me, favourites, history, inbox, subscriptions),
    *(bookings, visits, itineraries),
    booking_papers,
)


# What is the same for everybody and may be kept as bytes.
UNCACHED = (sitemaps, previews, feeds, scenes)
CACHED = tuple(resource.namespace.name for resource in RESOURCES if resource not in UNCACHED)


def mount(app: Flask) -> None:
    """Add every public route: the API with its document, health, media files, WeChat's."""
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    api = RestApi(
        blueprint,
        version="1",
        title="招商工具箱 5个1",
        description=(
            "The investment toolbox. Public reads need no login and have an ETag; what belongs to "
            "a visitor needs `Authorization: Bearer TOKEN`. Lists page by `cursor`; `?lang=en` "
            "asks for English. Failures have one shape, `Error`."
        ),
        doc="/docs",
        authorizations={SECURITY: {"type": "apiKey", "in": "header", "name": "Authorization"}},
    )
    for resource in RESOURCES:
        api.add_namespace(resource.namespace, path=f"/{resource.namespace.name}")
    for resource in PRIVATE:
        api.add_namespace(resource.namespace)
    api.register(contract)
    app.register_blueprint(blueprint)
    for endpoint in LIBRARY_ROUTES:
        open_to_anyone(app, endpoint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(media.blueprint)
    app.register_blueprint(media_parts.blueprint)
    app.register_blueprint(callback.blueprint)

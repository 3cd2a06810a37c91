"""A Flask app with what both REST surfaces share, before any route."""

from pathlib import Path

from flask import Flask, Request, Response, make_response
from flask_cors import CORS
from flask_restx import Api
from werkzeug.exceptions import BadHost
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import MapAdapter

from core.settings import Settings
from rest import addresses, errors, observing
from rest.contract import Contract
from services import versions

NO_HOST = "localhost"
# Public files are for pages of any origin: their route says so itself.
NOT_MEDIA = r"/(?!media/(?!parts/)).*"
TEMPLATES = Path(__file__).parent / "templates"
# The browsable documentation runs its own script and styles, all from this host.
DOCS_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
)


class App(Flask):
    """Flask, finding routes whatever the Host header says: none of ours depends on it."""

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what matches routes; a Host that is none would fail outside of all handlers."""
        try:
            return super().create_url_adapter(request)
        except BadHost:
            if request is None:
                raise
            request.environ["HTTP_HOST"] = NO_HOST
            return super().create_url_adapter(request)


class RestApi(Api):
    """flask-restx with our error shape in place of its own."""

    def handle_error(self, e: Exception) -> object:
        """Answer a failure of a route of this API."""
        return errors.answer(e)

    def render_doc(self) -> Response:
        """Answer the page of the documentation, which may run its own script."""
        page = make_response(super().render_doc())
        page.headers["Content-Security-Policy"] = DOCS_POLICY
        return page

    def register(self, contract: Contract) -> None:
        """Publish the contract's models in this API's document."""
        self.models.update(contract.models)


def create(settings: Settings) -> Flask:
    """Return an app with settings, limits, error shape, request ids and CORS."""
    app = App("toolbox", static_folder=None, template_folder=str(TEMPLATES))
    app.config.update(
        SETTINGS=settings,
        VERSIONS=versions,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        RESTX_INCLUDE_ALL_MODELS=True,
        RESTX_MASK_SWAGGER=False,
        RESTX_ERROR_404_HELP=False,
    )
    # No redirects: they would hold the Host header, which anybody can make up.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    addresses.configure(app, addresses.RELATIVE)
    observing.observe(app)
    app.register_error_handler(Exception, errors.answer)
    if settings.cors_origins:
        app.after_request(_vary_by_origin)
        origins = list(settings.cors_origins)
        CORS(app, resources=NOT_MEDIA, origins=origins, max_age=600, always_send=False)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app


def _vary_by_origin(response: Response) -> Response:
    """Tell caches that other origins get other headers, also when this one got none."""
    response.vary.add("Origin")
    return response

"""The bridge: one marshmallow schema validates a request, serialises its answer, documents both.

The only file that knows both flask-restx and apispec. Routes are declared with `takes` (a JSON
body), `asks` (a query string), `gives` (an answer dumped from objects), `shows` and `tells` (a
public answer and a private one whose data is ready, documented by the same schema).
"""

import functools
from collections.abc import Callable
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Response, request
from flask_restx import Namespace, SchemaModel
from marshmallow import RAISE, Schema, ValidationError, fields

from models.versions import CONTENT
from rest import body, serving

View = Callable[..., Any]


class ErrorBodySchema(Schema):
    """What went wrong: a stable code, a message for people, the fields at fault.

    `details` hold what is needed to go on: with `stale_revision`, both versions.
    """

    code = fields.String(required=True)
    message = fields.String(required=True)
    fields_ = fields.Dict(keys=fields.String(), data_key="fields", required=True)
    request_id = fields.String(required=True)
    details = fields.Dict(keys=fields.String())


class ErrorSchema(Schema):
    """The one shape of every failure."""

    error = fields.Nested(ErrorBodySchema, required=True)


class Contract:
    """Registers schemas with one API's document, and declares routes by them."""

    def __init__(self) -> None:
        self.plugin = MarshmallowPlugin(schema_name_resolver=_name)
        self.spec = APISpec("", "", openapi_version="2.0", plugins=[self.plugin])
        self.models: dict[str, SchemaModel] = {}
        self._namespace = Namespace("contract")
        self.error = self.model(ErrorSchema)

    def model(self, schema: type[Schema]) -> SchemaModel:
        """Return flask-restx's model of a schema, registering it and all that it nests."""
        name = _name(schema)
        if name not in self.spec.components.schemas:
            self.spec.components.schema(name, schema=schema)
        for known, definition in self.spec.components.schemas.items():
            if known not in self.models:
                self.models[known] = SchemaModel(known, definition)
        return self.models[name]

    def takes(self, schema: type[Schema], *, partial: bool = False) -> Callable[[View], View]:
        """Validate the JSON body; the view gets it as `data`.

        Unknown fields are refused by name. Dump-only fields are dropped, so that what was read
        can be sent back. With `partial`, no field is required: for changes.
        """
        model = self.model(schema)

        def decorate(view: View) -> View:
            @functools.wraps(view)
            def wrapped(*args: Any, **kwargs: Any) -> Any:
                sent = body.read_object(request)
                loader = _instance(schema, partial=partial)
                return view(*args, data=_load(loader, sent, "unknown_field"), **kwargs)

            return self._documented(wrapped, expect=[model])

        return decorate

    def asks(self, schema: type[Schema]) -> Callable[[View], View]:
        """Validate the query string; the view gets it as `query`."""
        loader = schema(unknown=RAISE)
        parameters = self.plugin.converter.schema2parameters(schema, location="query")  # type: ignore[union-attr]

        def decorate(view: View) -> View:
            @functools.wraps(view)
            def wrapped(*args: Any, **kwargs: Any) -> Any:
                return view(*args, query=_query(loader), **kwargs)

            named = {one.pop("name"): one for one in parameters}
            return self._documented(wrapped, params=named)

        return decorate

    def gives(self, schema: type[Schema], code: int = 200) -> Callable[[View], View]:
        """Serialise what the view returns."""
        model = self.model(schema)

        def decorate(view: View) -> View:
            @functools.wraps(view)
            def wrapped(*args: Any, **kwargs: Any) -> Response:
                dumped = _instance(schema).dump(view(*args, **kwargs))
                return Response(serving.text(dumped), code, mimetype="application/json")

            return self._documented(wrapped, responses={code: ("", model)})

        return decorate

    def tells(self, schema: type[Schema]) -> Callable[[View], View]:
        """Answer what the view returns, which is ready data in the schema's shape."""
        model = self.model(schema)

        def decorate(view: View) -> View:
            @functools.wraps(view)
            def wrapped(*args: Any, **kwargs: Any) -> Response:
                payload = serving.text(view(*args, **kwargs))
                return Response(payload, mimetype="application/json")

            return self._documented(wrapped, responses={200: ("", model)})

        return decorate

    def empties(self, view: View) -> View:
        """Answer 204 without a body, whatever the view returns."""

        @functools.wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> Response:
            view(*args, **kwargs)
            response = Response(status=204)
            del response.headers["Content-Type"]
            return response

        return self._documented(wrapped, responses={204: "Done"})

    def shows(
        self,
        schema: type[Schema],
        changed: serving.Changed | None = None,
        scope: str = CONTENT,
    ) -> Callable[[View], View]:
        """Serve a public read: what the view returns is ready data in the schema's shape.

        It changes with the version of its `scope`; `changed` tells when it last changed, where
        that is not all.
        """
        model = self.model(schema)

        def decorate(view: View) -> View:
            @functools.wraps(view)
            def wrapped(*args: Any, **kwargs: Any) -> Response:
                return serving.public(lambda: view(*args, **kwargs), changed, scope)

            responses = {200: ("", model), 304: "Unchanged"}
            return self._documented(wrapped, responses=responses)

        return decorate

    def _documented(self, view: View, **doc: Any) -> View:
        doc["responses"] = {**doc.get("responses", {}), "default": ("Failure", self.error)}
        documented: View = self._namespace.doc(**doc)(view)
        return documented


@functools.cache
def _instance(schema: type[Schema], *, partial: bool = False) -> Schema:
    """Return the one instance of a schema, made at its first use: it copies every field."""
    return schema(unknown=RAISE, partial=partial)


def _name(schema: Any) -> str:
    """Return the name of a schema in the document: its class without `Schema`."""
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema")


def _query(loader: Schema) -> dict[str, Any]:
    values = request.args.to_dict(flat=False)
    repeated = {name: ["repeated_parameter"] for name, given in values.items() if len(given) > 1}
    if repeated:
        raise ValidationError(repeated)
    given = {name: values[name][0] for name in values}
    return _load(loader, given, "unknown_parameter")


def _load(loader: Schema, given: dict[str, Any], unknown: str) -> dict[str, Any]:
    strangers: list[str] = []
    known = _known(loader, given, "", strangers)
    if strangers:
        raise ValidationError({path: [unknown] for path in sorted(strangers)})
    loaded: dict[str, Any] = loader.load(known)
    return loaded


def _known(schema: Schema, given: Any, path: str, strangers: list[str]) -> Any:
    """Return `given` without dump-only fields at any depth; paths of unknown ones are noted."""
    if isinstance(given, list):
        return [_known(schema, one, f"{path}{i}.", strangers) for i, one in enumerate(given)]
    if not isinstance(given, dict):
        return given
    writable = {field.data_key or name: field for name, field in schema.load_fields.items()}
    readable = {field.data_key or name for name, field in schema.dump_fields.items()}
    known = {}
    for name, value in given.items():
        if name in writable:
            inner = _nested(writable[name])
            known[name] = _known(inner, value, f"{path}{name}.", strangers) if inner else value
        elif name not in readable:
            strangers.append(path + name)
    return known


def _nested(field: fields.Field[Any]) -> Schema | None:
    """Return the schema of a field that holds an object or a list of them."""
    inner = field.inner if isinstance(field, fields.List) else field
    return inner.schema if isinstance(inner, fields.Nested) else None

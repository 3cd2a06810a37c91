"""Checks an answer against the API's own document, more strictly than JSON Schema would.

A key that the document does not name is a fault, and so is a word of the schema language that
this checker does not know: nothing passes because nobody looked.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

KNOWN = frozenset(
    {
        *("$ref", "allOf", "type", "format", "enum", "items", "properties", "required"),
        *("additionalProperties", "x-nullable", "readOnly", "description"),
        *("minimum", "maximum", "minLength", "maxLength", "maxItems", "pattern", "default"),
    }
)
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


class Documented:
    """A swagger document against which answers are checked.

    `seen` gathers (definition, property) of every value that was there and not null.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.definitions: dict[str, Any] = document["definitions"]
        self.paths: dict[str, Any] = document["paths"]
        self.seen: set[tuple[str, str]] = set()

    def properties(self) -> set[tuple[str, str]]:
        """Return (definition, property) of everything that is documented."""
        return {
            (name, key)
            for name, schema in self.definitions.items()
            for key in schema.get("properties", {})
        }

    def private(self) -> set[str]:
        """Return the definitions that no public read answers with: those of visitors."""
        public = [
            methods["get"]["responses"]
            for methods in self.paths.values()
            if "304" in methods.get("get", {}).get("responses", ())
        ]
        return set(self.definitions) - self.reached(public)

    def reached(self, node: Any) -> set[str]:
        """Return the definitions that a part of the document leads to."""
        waiting, found = [node], set[str]()
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                name = str(one.get("$ref", "")).removeprefix("#/definitions/")
                if name and name not in found:
                    found.add(name)
                    waiting.append(self.definitions[name])
                waiting += one.values()
            elif isinstance(one, list):
                waiting += one
        return found

    def faults(self, value: Any, name: str) -> list[str]:
        """Return what in `value` is not as the definition `name` says."""
        return list(self._check(value, {"$ref": f"#/definitions/{name}"}, "$", ""))

    def _check(self, value: Any, schema: dict[str, Any], path: str, owner: str) -> Iterator[str]:
        if strange := schema.keys() - KNOWN:
            yield f"{path}: schema says {sorted(strange)}"
        if value is None:
            if not schema.get("x-nullable"):
                yield f"{path}: null"
            return
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/definitions/")
            yield from self._check(value, self.definitions[name], path, name)
            return
        for part in schema.get("allOf", ()):
            yield from self._check(value, part, path, owner)
        if "allOf" not in schema:
            yield from self._typed(value, schema, path, owner)

    def _typed(self, value: Any, schema: dict[str, Any], path: str, owner: str) -> Iterator[str]:
        kind = schema.get("type")
        if kind is None:
            yield f"{path}: no type is documented"
            return
        if not isinstance(value, TYPES[kind]) or (kind != "boolean" and isinstance(value, bool)):
            yield f"{path}: {value!r} is no {kind}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{path}: {value!r} is none of {schema['enum']}"
        if kind == "array":
            if len(value) > schema.get("maxItems", len(value)):
                yield f"{path}: more than {schema['maxItems']}"
            for place, inner in enumerate(value):
                yield from self._check(inner, schema["items"], f"{path}[{place}]", owner)
        if kind == "object":
            yield from self._object(value, schema, path, owner)
        yield from _formatted(value, schema.get("format"), path)

    def _object(
        self, value: dict[str, Any], schema: dict[str, Any], path: str, owner: str
    ) -> Iterator[str]:
        properties = schema.get("properties", {})
        for name in set(schema.get("required", ())) - value.keys():
            yield f"{path}.{name}: missing"
        for name, inner in value.items():
            if name in properties:
                if inner is not None:
                    self.seen.add((owner, name))
                yield from self._check(inner, properties[name], f"{path}.{name}", owner)
            elif properties or "additionalProperties" not in schema:
                yield f"{path}.{name}: not documented"


def _formatted(value: Any, form: str | None, path: str) -> Iterator[str]:
    if form is None:
        return
    try:
        if form == "date":
            dt.date.fromisoformat(value)
        elif form == "date-time" and dt.datetime.fromisoformat(value).tzinfo is not None:
            return
        elif form != "date":
            yield f"{path}: {value!r} is no {form}"
    except ValueError:
        yield f"{path}: {value!r} is no {form}"

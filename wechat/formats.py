"""JSON and XML of pushes, read with distrust and written.

What comes is one object of fields. Refused: anything else, a DTD or entities in XML, nesting that
no push has.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn
from xml.parsers import expat

import orjson
import xmltodict

DEPTH_MAX = 8
ROOT = "xml"

Fields = Mapping[str, Any]


class FormatError(Exception):
    """The text is not an object of fields in JSON or XML."""


class _WithoutDoctype:
    """Makes parsers for xmltodict that refuse any DTD, before they look into it."""

    @staticmethod
    def ParserCreate(encoding: str | None, separator: str | None) -> expat.XMLParserType:
        parser = expat.ParserCreate(encoding, separator)
        parser.StartDoctypeDeclHandler = _refuse
        return parser


def read(text: str) -> Fields:
    """Return the fields of a text, whose first character tells the format.

    Both formats are read whichever is set: it is changed in the console at another moment than
    here. An element without content is an empty text, one that comes several times a list.
    """
    try:
        found = _xml(text) if text.lstrip()[:1] == "<" else orjson.loads(text)
    except (ValueError, expat.ExpatError, RecursionError):
        raise FormatError from None
    if not isinstance(found, dict) or not found:
        raise FormatError
    _check_depth(found)
    return found


def write(fields: Fields, form: str) -> str:
    """Return fields as a text: `json` or `xml`."""
    if form == "json":
        return orjson.dumps(fields).decode()
    written: str = xmltodict.unparse({ROOT: fields}, full_document=False)
    return written


def _xml(text: str) -> Any:
    found = xmltodict.parse(text, expat=_WithoutDoctype, xml_attribs=False)
    return _filled(found.get(ROOT), DEPTH_MAX)


def _filled(value: Any, depth: int) -> Any:
    """Return a value with empty texts where elements are empty."""
    if depth < 0:
        raise FormatError
    if isinstance(value, dict):
        return {name: _filled(inner, depth - 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, depth - 1) for inner in value]
    return "" if value is None else value


def _check_depth(found: Fields) -> None:
    level: list[Any] = [found]
    for _ in range(DEPTH_MAX):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise FormatError


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse(*_declared: object) -> NoReturn:
    raise FormatError

"""Schemas of what several resources share: figures, sources, places, contacts."""

from typing import Any

from marshmallow import Schema, fields

from models.enums import Comparator, Coordinates, FigureKind, Place
from models.parts import Figure
from schemas import wording
from schemas.fields import Choice, Exact, Label
from schemas.rendering import setting


class FigureSchema(Schema):
    """A goal or a result. Numbers are exact decimals as text.

    `display` is the number as people read it (超500亿元), `label` the period it belongs to
    (2025年目标), `stale` tells that it is past its review date (待更新).
    """

    key = fields.String()
    metric = fields.String()
    value = Exact(allow_none=True)
    low = Exact(allow_none=True)
    high = Exact(allow_none=True)
    comparator = Choice(Comparator)
    unit = fields.String(allow_none=True)
    period = fields.String()
    kind = Choice(FigureKind)
    place = Choice(Place)
    place_label = Label("place")
    source = fields.String()
    as_of = fields.Date(allow_none=True)
    review_by = fields.Date(allow_none=True)
    display = fields.Method("get_display", metadata={"type": "string"})
    label = fields.Method("get_label", metadata={"type": "string"})
    stale = fields.Method("get_stale", metadata={"type": "boolean"})

    def get_display(self, figure: Figure) -> str:
        """Return the number with comparator and unit."""
        return wording.display(figure, setting().language)

    def get_label(self, figure: Figure) -> str:
        """Return the period and whether it is a goal or a result."""
        return wording.period_label(figure, setting().language)

    def get_stale(self, figure: Figure) -> bool:
        """Return whether the figure is past its review date, by Shanghai's calendar."""
        return figure.is_stale(setting().today)


class SourceSchema(Schema):
    """The document that facts come from."""

    title = fields.String()
    publisher = fields.String(allow_none=True)
    published_on = fields.Date(allow_none=True)
    place = Choice(Place, allow_none=True)


class LocationSchema(Schema):
    """A point in degrees; `crs` is always `gcj02`, which the mini-program's map takes."""

    lng = fields.Float()
    lat = fields.Float()
    crs = Choice(Coordinates)


class ContactSchema(Schema):
    """A contact card; what is not known is null."""

    key = fields.String()
    name = fields.String()
    department = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    website = fields.String(allow_none=True)
    note = fields.String(allow_none=True)


class WindowSchema(Schema):
    """Opening hours of a weekday (1 is Monday) in Shanghai time, `HH:MM`."""

    weekday = fields.Integer()
    opens = fields.String()
    closes = fields.String()


class MapApprovalSchema(Schema):
    """审图号 of a map image, or why it needs none."""

    number = fields.String(allow_none=True)
    exemption = fields.String(allow_none=True)


def plain_list(**options: Any) -> fields.List[Any]:
    """Return a list of strings."""
    return fields.List(fields.String(), **options)

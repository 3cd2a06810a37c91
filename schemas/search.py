"""Search on the wire."""

from marshmallow import Schema, fields

from models.enums import Kind
from schemas.content import CardSchema
from schemas.fields import Choice


class SnippetSchema(Schema):
    """A piece of the text around the first place; `ranges` are `[start, end)` in it."""

    text = fields.String()
    ranges = fields.List(fields.List(fields.Integer()))


class HighlightsSchema(Schema):
    """Where the query stands, as `[start, end)` in Unicode code points of title and summary."""

    title = fields.List(fields.List(fields.Integer()))
    summary = fields.List(fields.List(fields.Integer()))
    snippet = fields.Nested(SnippetSchema, allow_none=True)


class HitSchema(CardSchema):
    """An item that was found; `promoted` when staff put it first for this query."""

    class Meta:
        """A hit is shorter than a card."""

        exclude = ("featured",)

    highlights = fields.Nested(HighlightsSchema)
    promoted = fields.Boolean()


class KindCountSchema(Schema):
    """How many hits are of a kind."""

    kind = Choice(Kind)
    count = fields.Integer()


class TrackCountSchema(Schema):
    """How many hits belong to a track, by its slug."""

    track = fields.String()
    count = fields.Integer()


class FacetsSchema(Schema):
    """How hits divide by kind and track."""

    kinds = fields.List(fields.Nested(KindCountSchema))
    tracks = fields.List(fields.Nested(TrackCountSchema))


class SearchSchema(Schema):
    """Hits, the best first. `total` counts at most some hundreds.

    `loose` tells that nothing had the whole query: these have most of it.
    """

    items = fields.List(fields.Nested(HitSchema))
    next_cursor = fields.String(allow_none=True)
    total = fields.Integer()
    loose = fields.Boolean()
    facets = fields.Nested(FacetsSchema)


class SuggestionSchema(Schema):
    """A title that begins with what is typed."""

    kind = Choice(Kind)
    id = fields.String()
    slug = fields.String()
    title = fields.String()


class SuggestionsSchema(Schema):
    """Titles to choose from while typing."""

    items = fields.List(fields.Nested(SuggestionSchema))

"""What the public reads: a detail as it is served, with what is added when it is read.

Related lists hold live cards: what links to the item or shares its tracks; where there is nothing
of a kind, what shares its tags or its place.
"""

from marshmallow import Schema, fields

from models.tracks import TrackClass
from schemas.articles import ArticleCardSchema, ArticleDetailSchema
from schemas.clusters import ClusterCardSchema, ClusterDetailSchema
from schemas.faqs import FaqCardSchema, FaqDetailSchema
from schemas.fields import Choice
from schemas.films import FilmCardSchema, FilmDetailSchema
from schemas.handbook import (
    ChapterCardSchema,
    ChapterDetailSchema,
    EditionCardSchema,
    EditionDetailSchema,
)
from schemas.projects import ProjectCardSchema, ProjectDetailSchema
from schemas.routes import RouteCardSchema, RouteDetailSchema
from schemas.sites import SiteCardSchema, SiteDetailSchema
from schemas.tracks import TrackCardSchema, TrackDetailSchema
from schemas.venues import VenueCardSchema, VenueDetailSchema


class RelatedSchema(Schema):
    """Live items around this one, at most twelve of a kind; which kinds depends on its own."""

    projects = fields.List(fields.Nested(ProjectCardSchema))
    routes = fields.List(fields.Nested(RouteCardSchema))
    sites = fields.List(fields.Nested(SiteCardSchema))
    films = fields.List(fields.Nested(FilmCardSchema))
    venues = fields.List(fields.Nested(VenueCardSchema))
    handbook = fields.List(fields.Nested(EditionCardSchema))
    clusters = fields.List(fields.Nested(ClusterCardSchema))
    articles = fields.List(fields.Nested(ArticleCardSchema))
    faqs = fields.List(fields.Nested(FaqCardSchema))


class LiveSchema(Schema):
    """What every detail has beyond its own fields."""

    published_at = fields.DateTime(metadata={"description": "When this version went live, UTC."})
    related = fields.Nested(RelatedSchema)


class TrackSchema(TrackDetailSchema, LiveSchema):
    """An industry track as the public reads it."""


class ProjectSchema(ProjectDetailSchema, LiveSchema):
    """A project card as the public reads it."""


class RouteSchema(RouteDetailSchema, LiveSchema):
    """A site-visit route as the public reads it."""


class SiteSchema(SiteDetailSchema, LiveSchema):
    """A site as the public reads it."""


class FilmSchema(FilmDetailSchema, LiveSchema):
    """A film as the public reads it."""


class VenueSchema(VenueDetailSchema, LiveSchema):
    """A venue as the public reads it."""


class ClusterSchema(ClusterDetailSchema, LiveSchema):
    """A cluster as the public reads it."""


class ArticleSchema(ArticleDetailSchema, LiveSchema):
    """An article as the public reads it."""


class FaqSchema(FaqDetailSchema, LiveSchema):
    """A question as the public reads it."""


class ChapterNodeSchema(ChapterCardSchema):
    """A chapter in its edition's tree."""

    children = fields.List(fields.Nested(lambda: ChapterNodeSchema()))


class EditionSchema(EditionDetailSchema, LiveSchema):
    """An edition with its tree of live chapters.

    `pdf` is the whole of it as one file in the language asked for: uploaded by staff, else drawn
    from what is live some seconds after it changed.
    """

    chapters = fields.List(fields.Nested(ChapterNodeSchema))


class ChapterSchema(ChapterDetailSchema, LiveSchema):
    """A chapter with its neighbours in reading order and the chapters below it."""

    previous = fields.Nested(ChapterCardSchema, allow_none=True)
    next = fields.Nested(ChapterCardSchema, allow_none=True)
    children = fields.List(fields.Nested(ChapterCardSchema))


class TrackGroupSchema(Schema):
    """The tracks of one class."""

    track_class = Choice(TrackClass, data_key="class")
    label = fields.String()
    items = fields.List(fields.Nested(TrackCardSchema))


class HomeSchema(Schema):
    """Everything the first page shows, in one answer."""

    film = fields.Nested(FilmCardSchema, allow_none=True)
    venue = fields.Nested(VenueCardSchema, allow_none=True)
    handbook = fields.Nested(EditionCardSchema, allow_none=True)
    routes = fields.List(fields.Nested(RouteCardSchema))
    projects = fields.List(fields.Nested(ProjectCardSchema))
    tracks = fields.List(fields.Nested(TrackGroupSchema))
    notices = fields.List(fields.Nested(ArticleCardSchema))

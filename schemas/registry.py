"""The card and the detail schema of each kind of content."""

from marshmallow import Schema

from models.enums import Kind
from schemas.articles import ArticleCardSchema, ArticleDetailSchema
from schemas.clusters import ClusterCardSchema, ClusterDetailSchema
from schemas.faqs import FaqCardSchema, FaqDetailSchema
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

SCHEMAS: dict[Kind, tuple[type[Schema], type[Schema]]] = {
    Kind.TRACKS: (TrackCardSchema, TrackDetailSchema),
    Kind.PROJECTS: (ProjectCardSchema, ProjectDetailSchema),
    Kind.ROUTES: (RouteCardSchema, RouteDetailSchema),
    Kind.SITES: (SiteCardSchema, SiteDetailSchema),
    Kind.FILMS: (FilmCardSchema, FilmDetailSchema),
    Kind.VENUES: (VenueCardSchema, VenueDetailSchema),
    Kind.HANDBOOK: (EditionCardSchema, EditionDetailSchema),
    Kind.CHAPTERS: (ChapterCardSchema, ChapterDetailSchema),
    Kind.CLUSTERS: (ClusterCardSchema, ClusterDetailSchema),
    Kind.ARTICLES: (ArticleCardSchema, ArticleDetailSchema),
    Kind.FAQS: (FaqCardSchema, FaqDetailSchema),
}

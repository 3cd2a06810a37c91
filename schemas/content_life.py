"""The life of an item on the wire, for staff: filters, steps, reviews, history, links, texts."""

from marshmallow import Schema, fields, validate

from models.enums import ContentState, Kind, Language, TranslationStatus
from models.parts import BODY_MAX, SUMMARY_MAX
from models.reviews import ReviewStage, ReviewView
from schemas.fields import MESSAGES, Choice, Flag, Number, Text
from schemas.queries import NAME, LanguageQuerySchema, PageQuerySchema
from schemas.working import VerdictSchema, WorkingCardSchema

ITEMS_MAX = 1_000
PATH_MAX = 200
MOMENT = {**MESSAGES, "invalid": "format", "invalid_awareness": "format"}


class WorkingListQuerySchema(PageQuerySchema):
    """What staff look for. `author` is an id, or `me`; `due` asks for figures past their review.

    Without `state` all but archived items are listed. `track` takes an id or a slug.
    """

    state = Choice(ContentState)
    stage = Choice(ReviewStage)
    text = Text(maximum=60, minimum=1)
    track = Text(maximum=80, validate=[NAME])
    author = Text(maximum=40, minimum=1)
    owner = Text(maximum=80, minimum=1)
    due = fields.Boolean(error_messages=MESSAGES)


class DraftSchema(Schema):
    """Unsaved changes: fields of the kind, finished or not, and the revision they began from."""

    revision = Number(low=1, required=True)
    fields_ = fields.Dict(
        keys=fields.String(),
        required=True,
        data_key="fields",
        attribute="fields",
        error_messages=MESSAGES,
    )
    saved_at = fields.DateTime(dump_only=True)


class SlugSchema(Schema):
    """The slug of the copy."""

    slug = Text(maximum=80, minimum=1, required=True)


class RevisionSeenSchema(Schema):
    """The revision that was looked at: a newer one is refused."""

    revision = Number(low=1, required=True)


class SubmissionSchema(RevisionSeenSchema):
    """A text to be reviewed, with a word to its reviewers."""

    note = Text(maximum=SUMMARY_MAX, allow_none=True)


class DecisionSchema(RevisionSeenSchema):
    """A reviewer's verdict; to send back takes a note."""

    approved = Flag(required=True)
    note = Text(maximum=SUMMARY_MAX, allow_none=True)


class ScheduleSchema(RevisionSeenSchema):
    """When it goes live and offline by itself (ISO 8601 with zone); null for never."""

    publish_at = fields.AwareDateTime(required=True, allow_none=True, error_messages=MOMENT)
    expire_at = fields.AwareDateTime(required=True, allow_none=True, error_messages=MOMENT)


class RollBackSchema(Schema):
    """The published revision that shall be live again."""

    number = Number(low=1, required=True)


class OrderSchema(Schema):
    """Ids in the sequence that lists shall have."""

    items = fields.List(
        Text(maximum=40, minimum=1),
        required=True,
        validate=validate.Length(min=1, max=ITEMS_MAX, error="out_of_range"),
        error_messages=MESSAGES,
    )


class OwnerSchema(Schema):
    """The department that an item belongs to from now on; null for none."""

    owner = Text(maximum=80, minimum=1, required=True, allow_none=True)


class ReviewListQuerySchema(PageQuerySchema):
    """Which list: texts to review by who calls, to publish, or their own under way."""

    view = Choice(ReviewView, load_default=ReviewView.TO_REVIEW)
    kind = Choice(Kind)


class ReviewPageSchema(Schema):
    """A page, what waits longest first; `total` counts all pages."""

    items = fields.List(fields.Nested(WorkingCardSchema), required=True)
    next_cursor = fields.String(allow_none=True, required=True)
    total = fields.Integer(required=True)


class RevisionSchema(Schema):
    """A published revision: who wrote, reviewed and released it."""

    number = fields.Integer()
    actor = fields.String()
    actor_id = fields.String(allow_none=True)
    authors = fields.List(fields.String())
    verdicts = fields.List(fields.Nested(VerdictSchema))
    content_hash = fields.String()
    created_at = fields.DateTime()
    live = fields.Boolean()


class RevisionListSchema(Schema):
    """Published revisions, the newest first."""

    items = fields.List(fields.Nested(RevisionSchema))


class DiffQuerySchema(LanguageQuerySchema):
    """Two versions: the number of a published revision, `live`, `working`, or one's own `draft`."""

    from_ = Text(maximum=12, minimum=1, data_key="from", load_default="live")
    to = Text(maximum=12, minimum=1, load_default="working")


class PieceSchema(Schema):
    """A stretch of a text: `equal`, `insert` or `delete`."""

    op = fields.String()
    text = fields.String()


class DifferenceSchema(Schema):
    """A field that differs: `added`, `removed`, `changed`, or `moved` (keys of a list)."""

    path = fields.String()
    change = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)
    pieces = fields.List(fields.Nested(PieceSchema))


class DiffSchema(Schema):
    """What differs, field by field."""

    from_ = fields.String(data_key="from")
    to = fields.String()
    items = fields.List(fields.Nested(DifferenceSchema))


class PreviewSchema(Schema):
    """A token for `X-Preview-Token` of `GET /api/v1/previews`, and until when it holds."""

    token = fields.String()
    expires_at = fields.DateTime()


class TextSchema(Schema):
    """A text that can be translated; `behind`: the original changed since."""

    path = fields.String()
    original = fields.String()
    translated = fields.String(allow_none=True)
    behind = fields.Boolean()


class TranslationsSchema(Schema):
    """How an item stands in a language; `missing` and `behind` are paths to work on."""

    language = Choice(Language)
    status = Choice(TranslationStatus)
    revision = fields.Integer()
    items = fields.List(fields.Nested(TextSchema))
    missing = fields.List(fields.String())
    behind = fields.List(fields.String())


class TranslationQuerySchema(LanguageQuerySchema):
    """Which language."""

    language = Choice(Language, load_default=Language.EN)


class TranslationChangeSchema(RevisionSeenSchema):
    """Texts by path; null takes one back."""

    language = Choice(Language, load_default=Language.EN)
    texts = fields.Dict(
        keys=Text(maximum=PATH_MAX, minimum=1),
        values=Text(maximum=BODY_MAX, minimum=1, allow_none=True),
        required=True,
        error_messages=MESSAGES,
    )


class LinkSchema(Schema):
    """A link of an item, and how its target is."""

    path = fields.String()
    kind = Choice(Kind)
    item = fields.String()
    exists = fields.Boolean()
    live = fields.Boolean()


class ReferrerSchema(Schema):
    """An item that links here."""

    kind = Choice(Kind)
    item = fields.String()
    slug = fields.String()
    title = fields.String()
    live = fields.Boolean()


class ChecksSchema(Schema):
    """Links from an item, links to it, and what keeps it from being published, by field."""

    links = fields.List(fields.Nested(LinkSchema))
    referrers = fields.List(fields.Nested(ReferrerSchema))
    problems = fields.Dict(keys=fields.String())


class BrokenItemSchema(Schema):
    """An item with its links that lead to nothing, or to what is not live."""

    item = fields.Nested(WorkingCardSchema)
    links = fields.List(fields.Nested(LinkSchema))


class BrokenLinksSchema(Schema):
    """Items of a kind with broken links."""

    items = fields.List(fields.Nested(BrokenItemSchema))

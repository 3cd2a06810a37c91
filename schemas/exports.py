"""Everything that is held about a visitor, on the wire."""

from marshmallow import Schema, fields

from models.enums import Kind, Language
from models.held_texts import HeldReason, HeldState
from models.notifications import CallState, DeliveredBy, Event
from models.questions import ContentVerdict, QuestionState
from models.subscriptions import SendState
from models.visitors import PhoneSource, SignInMethod
from schemas.exported_bookings import ExportedBookingSchema, ExportedEngagementSchema
from schemas.exported_visits import ExportedVisitSchema
from schemas.fields import Choice


class ExportedConsentSchema(Schema):
    """Consent to one version of the privacy notice."""

    version = fields.String(required=True)
    given_at = fields.DateTime(required=True)
    withdrawn_at = fields.DateTime(required=True, allow_none=True)


class ExportedVisitorSchema(Schema):
    """The account; what was never told is absent."""

    id = fields.String(required=True)
    appid = fields.String()
    openid = fields.String()
    unionid = fields.String()
    demo = fields.String()
    email = fields.String()
    name = fields.String()
    organisation = fields.String()
    title = fields.String()
    phone = fields.String()
    phone_source = Choice(PhoneSource)
    phone_given_at = fields.DateTime()
    language = Choice(Language)
    consents = fields.List(fields.Nested(ExportedConsentSchema), required=True)
    keeps_history = fields.Boolean(required=True)
    favourites = fields.Integer(required=True)
    history = fields.Integer(required=True)
    engagements = fields.List(fields.Nested(ExportedEngagementSchema), required=True)
    suspended_until = fields.DateTime()
    strikes_from = fields.DateTime()
    revision = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    seen_at = fields.DateTime(required=True)


class ExportedSessionSchema(Schema):
    """A sign-in."""

    id = fields.String(required=True)
    method = Choice(SignInMethod, required=True)
    created_at = fields.DateTime(required=True)
    seen_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)


class ExportedItemSchema(Schema):
    """An item that is kept or was read."""

    id = fields.String(required=True)
    kind = Choice(Kind, required=True)
    item = fields.String(required=True)
    at = fields.DateTime(required=True)


class ExportedInboxEntrySchema(Schema):
    """Something that the visitor was told; `data` and `text` fill its words."""

    id = fields.String(required=True)
    event = Choice(Event, required=True)
    data = fields.Dict(required=True)
    text = fields.String()
    dedupe_key = fields.String(required=True)
    at = fields.DateTime(required=True)
    acted_at = fields.DateTime()
    deadlines = fields.List(fields.DateTime())
    held_until = fields.DateTime()
    read_at = fields.DateTime()
    delivered_by = Choice(DeliveredBy)
    delivered_at = fields.DateTime()
    drop_at = fields.DateTime(required=True)


class ExportedCallSchema(Schema):
    """A call that staff make or made."""

    id = fields.String(required=True)
    dedupe_key = fields.String(required=True)
    event = Choice(Event, required=True)
    data = fields.Dict(required=True)
    text = fields.String()
    state = Choice(CallState, required=True)
    note = fields.String()
    created_at = fields.DateTime(required=True)
    closed_at = fields.DateTime()
    closed_by = fields.String()


class ExportedSubscriptionSchema(Schema):
    """How many messages of a template the visitor accepted, and how many were spent."""

    id = fields.String(required=True)
    template = fields.String(required=True)
    by_client = fields.Integer(required=True)
    by_event = fields.Integer(required=True)
    spent = fields.Integer(required=True)
    updated_at = fields.DateTime(required=True)


class ExportedSubscriptionMessageSchema(Schema):
    """A subscription message to the visitor."""

    id = fields.String(required=True)
    event = Choice(Event, required=True)
    template = fields.String(required=True)
    state = Choice(SendState, required=True)
    errcode = fields.Integer()
    reason = fields.String()
    message_id = fields.String()
    at = fields.DateTime(required=True)
    finished_at = fields.DateTime()
    drop_at = fields.DateTime(required=True)


class ExportedQuestionSchema(Schema):
    """A question to staff, with its answer."""

    id = fields.String(required=True)
    openid = fields.String(required=True)
    language = Choice(Language, required=True)
    text = fields.String(required=True)
    verdict = Choice(ContentVerdict)
    picture = Choice(ContentVerdict)
    state = Choice(QuestionState, required=True)
    asked_at = fields.DateTime(required=True)
    due_at = fields.DateTime(required=True)
    answer = fields.String()
    answered_at = fields.DateTime()
    told_by = Choice(DeliveredBy)
    closed_at = fields.DateTime()
    closed_by = fields.String()
    drop_at = fields.DateTime(required=True)


class ExportedPushSchema(Schema):
    """What came from WeChat about the visitor: `content` is all of it, as JSON."""

    id = fields.String(required=True)
    openid = fields.String(required=True)
    kind = fields.String(required=True)
    content = fields.String(required=True)
    at = fields.DateTime(required=True)
    received_at = fields.DateTime(required=True)
    answered_with = fields.String()
    handled_at = fields.DateTime()
    drop_at = fields.DateTime(required=True)


class ExportedHeldTextSchema(Schema):
    """A text of the visitor that staff read first."""

    id = fields.String(required=True)
    subject = fields.String(required=True)
    parts = fields.List(fields.String(), required=True)
    text = fields.String(required=True)
    reason = Choice(HeldReason, required=True)
    label = fields.Integer()
    state = Choice(HeldState, required=True)
    note = fields.String()
    decided_at = fields.DateTime()
    created_at = fields.DateTime(required=True)


class ExportSchema(Schema):
    """Everything that is held about a visitor; times in UTC."""

    exported_at = fields.DateTime(required=True)
    visitor = fields.Nested(ExportedVisitorSchema, required=True)
    sessions = fields.List(fields.Nested(ExportedSessionSchema), required=True)
    favourites = fields.List(fields.Nested(ExportedItemSchema), required=True)
    history = fields.List(fields.Nested(ExportedItemSchema), required=True)
    inbox = fields.List(fields.Nested(ExportedInboxEntrySchema), required=True)
    bookings = fields.List(fields.Nested(ExportedBookingSchema), required=True)
    subscriptions = fields.List(fields.Nested(ExportedSubscriptionSchema), required=True)
    wechat_messages = fields.List(fields.Nested(ExportedSubscriptionMessageSchema), required=True)
    questions = fields.List(fields.Nested(ExportedQuestionSchema), required=True)
    pushes = fields.List(fields.Nested(ExportedPushSchema), required=True)
    visits = fields.List(fields.Nested(ExportedVisitSchema), required=True)
    held_texts = fields.List(fields.Nested(ExportedHeldTextSchema), required=True)
    calls = fields.List(fields.Nested(ExportedCallSchema), required=True)

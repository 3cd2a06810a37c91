"""定制考察 bespoke visits on the wire."""

from typing import Any

from marshmallow import Schema, fields, validate

from models.departures import CAPACITY_MAX, STOPS_MAX
from models.enums import Language
from models.parts import SUMMARY_MAX, TITLE_MAX
from models.visits import DATES_MAX, ProposalState, VisitState
from schemas.fields import MESSAGES, Choice, Day, Number, Text
from schemas.queries import NAME, PageQuerySchema

TEXT_MAX = 2_000
MINUTES_MAX = 24 * 60


def _ids(maximum: int) -> fields.List[Any]:
    return fields.List(
        Text(maximum=40, minimum=1, validate=[NAME]),
        validate=validate.Length(max=maximum, error="too_long"),
        error_messages=MESSAGES,
    )


class VisitAskSchema(Schema):
    """What a delegation wishes: up to three days to come that suit, the best first.

    `tracks`, `sites` and `route` are ids. What is left out of `name`, `phone`, `organisation` is
    taken from the profile.
    """

    dates = fields.List(
        Day(),
        required=True,
        validate=[
            validate.Length(min=1, error="required"),
            validate.Length(max=DATES_MAX, error="too_long"),
        ],
        error_messages=MESSAGES,
    )
    party = Number(low=1, high=CAPACITY_MAX, required=True)
    purpose = Text(maximum=TEXT_MAX, minimum=1, required=True)
    name = Text(maximum=60, minimum=1)
    phone = Text(maximum=25, minimum=5)
    organisation = Text(maximum=120, minimum=1)
    hosts = Text(maximum=TEXT_MAX)
    needs = Text(maximum=TEXT_MAX)
    tracks = _ids(30)
    sites = _ids(20)
    route = Text(maximum=40, validate=[NAME])
    language = Choice(Language)
    channel = Text(maximum=40)
    scene = Text(maximum=40)


class VisitVersionSchema(Schema):
    """A version of the itinerary."""

    version = Number(low=1, high=1_000, required=True)


class VisitChangeSchema(VisitVersionSchema):
    """What should be different from a version."""

    text = Text(maximum=TEXT_MAX, minimum=1, required=True)


class VisitProposalSchema(Schema):
    """A version of the itinerary: until `expires_at` it is held; `answer` is the change asked."""

    version = fields.Integer(required=True)
    state = Choice(ProposalState, required=True)
    departure = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)
    expires_at = fields.DateTime(required=True)
    made_at = fields.DateTime(required=True)
    answered_at = fields.DateTime(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)


class VisitBaseSchema(Schema):
    """What everybody reads of a request. `departure` and `booking` are those it was accepted as."""

    id = fields.String(required=True)
    revision = fields.Integer(required=True)
    state = Choice(VisitState, required=True)
    dates = fields.List(fields.String(), required=True)
    party = fields.Integer(required=True)
    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    tracks = fields.List(fields.String(), required=True)
    sites = fields.List(fields.String(), required=True)
    route = fields.String(required=True, allow_none=True)
    language = Choice(Language, required=True)
    reason = fields.String(required=True, allow_none=True)
    alternative = fields.String(required=True, allow_none=True)
    departure = fields.String(required=True, allow_none=True)
    booking = fields.String(required=True, allow_none=True)
    demo = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


class VisitTextsSchema(VisitBaseSchema):
    """The words of a request."""

    organisation = fields.String(required=True, allow_none=True)
    purpose = fields.String(required=True, allow_none=True)
    hosts = fields.String(required=True, allow_none=True)
    needs = fields.String(required=True, allow_none=True)


class VisitCardSchema(VisitTextsSchema):
    """A request as who asked reads it, its proposals the newest last; the phone is masked."""

    proposals = fields.List(fields.Nested(VisitProposalSchema), required=True)


class VisitListQuerySchema(PageQuerySchema):
    """Which requests; all of them without a state."""

    state = Choice(VisitState)


class AskedVisitCardSchema(VisitBaseSchema):
    """A request in lists of staff: whom it is from is masked."""

    channel = fields.String(required=True, allow_none=True)
    visitor = fields.String(required=True, allow_none=True)
    versions = fields.Integer(required=True)


class AskedVisitsSchema(Schema):
    """Requests, the newest first."""

    items = fields.List(fields.Nested(AskedVisitCardSchema), required=True)


class MadeProposalSchema(VisitProposalSchema):
    """A proposal as staff read it."""

    made_by_name = fields.String(required=True, allow_none=True)


class AskedVisitSchema(VisitTextsSchema):
    """A request in full."""

    channel = fields.String(required=True, allow_none=True)
    visitor = fields.String(required=True, allow_none=True)
    proposals = fields.List(fields.Nested(MadeProposalSchema), required=True)


class ComposedWordsSchema(Schema):
    """A text in Chinese, and in English where there is one."""

    zh = Text(maximum=TITLE_MAX, minimum=1, required=True)
    en = Text(maximum=TITLE_MAX, minimum=1, allow_none=True)


class RemarkSchema(Schema):
    """A longer one."""

    zh = Text(maximum=SUMMARY_MAX, minimum=1, required=True)
    en = Text(maximum=SUMMARY_MAX, minimum=1, allow_none=True)


class SpotSchema(Schema):
    """A point in GCJ-02."""

    lng = fields.Float(
        required=True,
        validate=validate.Range(min=-180, max=180, error="out_of_range"),
        error_messages=MESSAGES,
    )
    lat = fields.Float(
        required=True,
        validate=validate.Range(min=-90, max=90, error="out_of_range"),
        error_messages=MESSAGES,
    )


class GatheringSchema(Schema):
    """Where the group meets."""

    title = fields.Nested(ComposedWordsSchema, required=True, error_messages=MESSAGES)
    note = fields.Nested(RemarkSchema, allow_none=True, error_messages=MESSAGES)
    location = fields.Nested(SpotSchema, allow_none=True, error_messages=MESSAGES)


class StaySchema(Schema):
    """A stop: minutes there, and to the next one."""

    site = Text(maximum=40, validate=[NAME], required=True)
    dwell_minutes = Number(low=1, high=MINUTES_MAX, required=True)
    travel_minutes = Number(low=0, high=MINUTES_MAX, load_default=0)
    note = fields.Nested(RemarkSchema, allow_none=True, error_messages=MESSAGES)


class CompositionSchema(Schema):
    """An itinerary: a published route, or `stops` at single sites with a `title`; start in UTC.

    Without `capacity` there are as many seats as people who asked. `note` is for the delegation.
    """

    starts_at = fields.AwareDateTime(
        required=True, error_messages={**MESSAGES, "invalid": "format", "invalid_awareness": "type"}
    )
    route = Text(maximum=40, validate=[NAME])
    stops = fields.List(
        fields.Nested(StaySchema),
        validate=[
            validate.Length(min=1, error="required"),
            validate.Length(max=STOPS_MAX, error="too_long"),
        ],
        error_messages=MESSAGES,
    )
    title = fields.Nested(ComposedWordsSchema, error_messages=MESSAGES)
    meeting = fields.Nested(GatheringSchema, error_messages=MESSAGES)
    language = Choice(Language)
    capacity = Number(low=1, high=CAPACITY_MAX)
    guide = Text(maximum=40, validate=[NAME])
    vehicle = Text(maximum=40, validate=[NAME])
    note = Text(maximum=SUMMARY_MAX)


class ProposeSchema(CompositionSchema):
    """The same, for the request that was seen at `revision`."""

    revision = Number(low=1, required=True)


class DeclineSchema(Schema):
    """Why a visit cannot be arranged, and what could be instead."""

    reason = Text(maximum=SUMMARY_MAX, minimum=1, required=True)
    alternative = Text(maximum=SUMMARY_MAX, minimum=1)


class PlannedWindowSchema(Schema):
    """When a group would be at a stop (UTC)."""

    site = fields.String(required=True)
    title = fields.String(attribute="title.zh", required=True)
    arrives_at = fields.DateTime(required=True)
    leaves_at = fields.DateTime(required=True)


class CollisionSchema(Schema):
    """What an itinerary collides with, and why; `departure` and `title` name the other one."""

    resource = fields.String(required=True)
    id = fields.String(required=True)
    name = fields.String(required=True)
    starts_at = fields.String(required=True)
    ends_at = fields.String(required=True)
    why = fields.String(required=True)
    departure = fields.String(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)


class CheckedSchema(Schema):
    """The windows of an itinerary, and what it collides with; nothing is kept."""

    starts_at = fields.DateTime(attribute="departure.starts_at", required=True)
    ends_at = fields.DateTime(attribute="departure.ends_at", required=True)
    stops = fields.List(
        fields.Nested(PlannedWindowSchema), attribute="departure.stops", required=True
    )
    conflicts = fields.List(fields.Nested(CollisionSchema), required=True)

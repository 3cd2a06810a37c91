"""What is held about a visitor's requests for bespoke visits; see `schemas.exports`."""

from marshmallow import Schema, fields

from models.enums import Language
from models.visits import ProposalState, VisitState
from schemas.fields import Choice


class ExportedProposalSchema(Schema):
    """A version of the itinerary that was proposed."""

    version = fields.Integer(required=True)
    departure = fields.String(required=True)
    state = Choice(ProposalState, required=True)
    note = fields.String(allow_none=True)
    expires_at = fields.DateTime(required=True)
    made_at = fields.DateTime(required=True)
    answered_at = fields.DateTime(allow_none=True)


class ExportedVisitSchema(Schema):
    """A request; `answers` is JSON: what was asked to be changed, by version."""

    id = fields.String(required=True)
    state = Choice(VisitState, required=True)
    dates = fields.List(fields.String(), required=True)
    party = fields.Integer(required=True)
    name = fields.String()
    phone = fields.String()
    organisation = fields.String()
    purpose = fields.String()
    hosts = fields.String()
    needs = fields.String()
    tracks = fields.List(fields.String(), required=True)
    sites = fields.List(fields.String(), required=True)
    route = fields.String()
    language = Choice(Language, required=True)
    channel = fields.String()
    proposals = fields.List(fields.Nested(ExportedProposalSchema), required=True)
    answers = fields.String()
    reason = fields.String()
    alternative = fields.String()
    departure = fields.String()
    booking = fields.String()
    demo = fields.Boolean(required=True)
    revision = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)

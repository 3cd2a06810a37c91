"""定制考察: a delegation asks, staff propose an itinerary, the delegation accepts it."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentListField,
    EnumField,
    IntField,
    ListField,
    StringField,
)

from core.clock import now
from core.ids import new_id
from models.calendar import DAY_REGEX
from models.departures import CAPACITY_MAX
from models.enums import Language
from models.parts import SUMMARY_MAX

DATES_MAX = 3
PROPOSALS_MAX = 20


class VisitState(StrEnum):
    """Where a request stands. `lapsed`: nobody answered it, or its last proposal, in time."""

    ASKED = "asked"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    LAPSED = "lapsed"


class ProposalState(StrEnum):
    """Where a proposal stands. While it is open its departure holds guide, vehicle and sites."""

    OPEN = "open"
    ACCEPTED = "accepted"
    CHANGE_ASKED = "change_asked"
    REPLACED = "replaced"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Proposal(EmbeddedDocument):
    """A version of the itinerary: the departure in state `proposed` that has times and stops."""

    version = IntField(required=True, min_value=1)
    departure = StringField(required=True)
    state = EnumField(ProposalState, required=True, default=ProposalState.OPEN)
    note = StringField(max_length=SUMMARY_MAX)
    expires_at = DateTimeField(required=True)
    made_at = DateTimeField(required=True)
    made_by = StringField(required=True)
    made_by_name = StringField()
    answered_at = DateTimeField()


class Visit(Document):
    """A request for a bespoke visit with its proposals, the newest last.

    `dates` are up to three days that suit, the best first. `answers` is a JSON object from version
    to what the visitor asked to be changed. `booking` is that of the accepted departure.
    `request_key` and `request_hash` are as those of a booking.
    """

    SEALED: ClassVar = (
        *("name", "phone", "organisation"),
        *("purpose", "hosts", "needs", "answers"),
    )
    INDEXED: ClassVar = {"phone_index": "phone"}

    meta: ClassVar = {
        "collection": "visits",
        "indexes": [
            {"fields": ["request_key"], "unique": True, "sparse": True},
            {"fields": ["phone_index"], "sparse": True},
            ("visitor", "-created_at", "-id"),
            ("state", "-created_at", "-id"),
            ("-created_at", "-id"),
            ("proposals.departure",),
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    visitor = StringField()
    state = EnumField(VisitState, required=True, default=VisitState.ASKED)
    dates = ListField(StringField(regex=DAY_REGEX), required=True, max_length=DATES_MAX)
    party = IntField(required=True, min_value=1, max_value=CAPACITY_MAX)
    name = StringField()
    phone = StringField()
    phone_index = StringField()
    organisation = StringField()
    purpose = StringField()
    hosts = StringField()
    needs = StringField()
    tracks = ListField(StringField(max_length=40), max_length=30)
    sites = ListField(StringField(max_length=40), max_length=20)
    route = StringField(max_length=40)
    language = EnumField(Language, required=True, default=Language.ZH_CN)
    channel = StringField(max_length=40)
    proposals = EmbeddedDocumentListField(Proposal, max_length=PROPOSALS_MAX)
    answers = StringField()
    reason = StringField(max_length=SUMMARY_MAX)
    alternative = StringField(max_length=SUMMARY_MAX)
    departure = StringField()
    booking = StringField()
    request_key = StringField()
    request_hash = StringField()
    demo = BooleanField(required=True, default=False)
    revision = IntField(required=True, default=1)
    created_at = DateTimeField(required=True, default=now)
    updated_at = DateTimeField(required=True, default=now)

"""三审: the reviews that a text passes before it may be published."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    EmbeddedDocument,
    EmbeddedDocumentListField,
    EnumField,
    IntField,
    StringField,
)

from models.parts import SUMMARY_MAX


class ReviewStage(StrEnum):
    """Where a text stands: 初审, 复审, 终审, passed, or sent back to its authors."""

    FIRST = "first"
    SECOND = "second"
    FINAL = "final"
    APPROVED = "approved"
    RETURNED = "returned"


class ReviewView(StrEnum):
    """Lists of texts: those to review, those to publish, one's own under way."""

    TO_REVIEW = "to_review"
    TO_PUBLISH = "to_publish"
    OWN = "own"


class Verdict(EmbeddedDocument):
    """What one reviewer said at one step. `by` is the id of a member of staff."""

    step = EnumField(ReviewStage, required=True)
    by = StringField(required=True, max_length=40)
    by_name = StringField(required=True, max_length=80)
    approved = BooleanField(required=True)
    note = StringField(max_length=SUMMARY_MAX)
    at = DateTimeField(required=True)


class Review(EmbeddedDocument):
    """The review of the text at `revision`; any change of the text makes it void."""

    meta: ClassVar = {"strict": True}

    revision = IntField(required=True)
    stage = EnumField(ReviewStage, required=True)
    submitted_by = StringField(required=True, max_length=40)
    submitted_by_name = StringField(required=True, max_length=80)
    submitted_at = DateTimeField(required=True)
    note = StringField(max_length=SUMMARY_MAX)
    verdicts = EmbeddedDocumentListField(Verdict)

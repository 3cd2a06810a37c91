"""周计划: from which departures are made some weeks ahead."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    DictField,
    EmbeddedDocument,
    EmbeddedDocumentListField,
    EnumField,
    IntField,
    ListField,
    StringField,
)

from models.calendar import DAY_REGEX
from models.enums import Language
from models.kept import Kept
from models.parts import HOUR_REGEX, SUMMARY_MAX


class Holidays(StrEnum):
    """What happens on days that are not worked: no departure, or one as on any other day."""

    SKIP = "skip"
    RUN = "run"


class DayProblem(EmbeddedDocument):
    """A day on which a schedule has no departure though it should, or one that it did not plan.

    `code` is that of the error, or `stays` for a departure of a former version of the schedule
    that somebody booked or staff changed; `conflicts` as errors tell them.
    """

    day = StringField(required=True, regex=DAY_REGEX)
    code = StringField(required=True, max_length=40)
    departure = StringField()
    conflicts = ListField(DictField(), max_length=50)


class Schedule(Kept):
    """A weekly schedule of a route, in Shanghai time. 1 is Monday, as in ISO 8601.

    `exceptions` are days on which nothing runs. Departures are made up to `weeks_ahead`; what the
    last generation met with is in `problems`.
    """

    meta: ClassVar = {
        "collection": "schedules",
        "indexes": [("active", "id"), ("route", "-at", "-id")],
    }

    route = StringField(required=True, max_length=40)
    weekdays = ListField(IntField(min_value=1, max_value=7), required=True, max_length=7)
    starts = StringField(required=True, regex=HOUR_REGEX)
    capacity = IntField(required=True, min_value=1, max_value=1000)
    guide = StringField(max_length=40)
    vehicle = StringField(max_length=40)
    language = EnumField(Language, required=True, default=Language.ZH_CN)
    from_day = StringField(required=True, regex=DAY_REGEX)
    until_day = StringField(regex=DAY_REGEX)
    exceptions = ListField(StringField(regex=DAY_REGEX), max_length=200)
    holidays = EnumField(Holidays, required=True, default=Holidays.SKIP)
    weeks_ahead = IntField(required=True, min_value=1, max_value=26, default=4)
    note = StringField(max_length=SUMMARY_MAX)
    active = BooleanField(required=True, default=True)
    generated_at = DateTimeField()
    problems = EmbeddedDocumentListField(DayProblem, max_length=200)
    demo = BooleanField(required=True, default=False)

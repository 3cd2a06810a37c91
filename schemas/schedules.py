"""周计划 on the wire, for staff."""

from marshmallow import Schema, fields, validate

from models.enums import Language
from models.schedules import Holidays
from schemas.calendar import (
    ID_MAX,
    AffectedSchema,
    CalendarDay,
    ConflictSchema,
    KeptCardSchema,
    hour,
    note,
    nothing,
)
from schemas.fields import MESSAGES, Choice, Flag, Number, Text
from schemas.queries import PageQuerySchema

ROUTE_MAX = 120


class WeeklyScheduleSchema(Schema):
    """A weekly schedule, in Shanghai time; `route` is an id or a slug, weekday 1 is Monday.

    Nothing runs on days in `exceptions`, and with `holidays: skip` on days that are not worked.
    """

    route = Text(maximum=ROUTE_MAX, minimum=1, required=True)
    weekdays = fields.List(
        Number(low=1, high=7),
        required=True,
        validate=[
            validate.Length(min=1, error="required"),
            validate.Length(max=7, error="too_long"),
        ],
        error_messages=MESSAGES,
    )
    starts = hour(required=True)
    capacity = Number(low=1, high=1000, required=True)
    guide = Text(maximum=ID_MAX, minimum=1, allow_none=True, load_default=nothing)
    vehicle = Text(maximum=ID_MAX, minimum=1, allow_none=True, load_default=nothing)
    language = Choice(Language, load_default=Language.ZH_CN)
    from_day = CalendarDay(required=True)
    until_day = CalendarDay(allow_none=True, load_default=nothing)
    exceptions = fields.List(
        CalendarDay(),
        load_default=list,
        validate=validate.Length(max=200, error="too_long"),
        error_messages=MESSAGES,
    )
    holidays = Choice(Holidays, load_default=Holidays.SKIP)
    weeks_ahead = Number(low=1, high=26, load_default=4)
    note = note()
    active = Flag(load_default=True)


class DayProblemSchema(Schema):
    """A day that staff must look at: `code` is that of an error with its `conflicts`.

    `stays`: a departure of a former version that somebody booked or staff changed.
    """

    day = fields.String(required=True)
    code = fields.String(required=True)
    departure = fields.String(required=True, allow_none=True)
    conflicts = fields.List(fields.Nested(ConflictSchema), required=True)


class ScheduleCardSchema(WeeklyScheduleSchema, KeptCardSchema):
    """A schedule as kept, with what its last generation met with."""

    generated_at = fields.DateTime(required=True, allow_none=True, dump_only=True)
    problems = fields.List(fields.Nested(DayProblemSchema), required=True, dump_only=True)
    demo = fields.Boolean(required=True, dump_only=True)


class ScheduleChangeSchema(ScheduleCardSchema):
    """A schedule from now on, and the revision that was seen."""

    revision = Number(low=1, required=True)


class GeneratedDaySchema(Schema):
    """A day of a schedule and what became of it.

    `created`, `present` (there already, or cancelled by staff), `exception`, `off` (not worked),
    `late` (nobody could book any more), `refused` with the `code` of the error.
    """

    day = fields.String(required=True)
    outcome = fields.String(required=True)
    departure = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    conflicts = fields.List(fields.Nested(ConflictSchema), required=True)


class GeneratedSchema(Schema):
    """A schedule, its days, and what became of the departures of its former version.

    `stays` were booked or changed by staff and are as they were; `removed` counts the others.
    """

    schedule = fields.Nested(ScheduleCardSchema, required=True)
    days = fields.List(fields.Nested(GeneratedDaySchema), required=True)
    stays = fields.List(fields.Nested(AffectedSchema), required=True)
    removed = fields.Integer(required=True)


class ScheduleListQuerySchema(PageQuerySchema):
    """Which schedules: of a route, by its id."""

    route = Text(maximum=ID_MAX, minimum=1)

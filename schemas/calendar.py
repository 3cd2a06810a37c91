"""What the calendar of visits is made of, for staff: guides, vehicles, closures, working days."""

from typing import Any

from marshmallow import Schema, fields, validate

from models.calendar import Collision
from models.enums import Language
from models.parts import HOUR_REGEX, SUMMARY_MAX, TITLE_MAX
from models.vehicles import PLATE_MAX
from schemas.fields import MESSAGES, Choice, Day, Flag, Number, Text
from schemas.queries import LanguageQuerySchema, PageQuerySchema

FIRST_DAY, LAST_DAY = "2020-01-01", "2099-12-31"
PHONE_MAX = 40
ID_MAX = 40
DAYS_MAX = 400
# The same as `HOUR_REGEX`, in the dialect of regular expressions that clients read.


class CalendarDay(Day):
    """A day in Shanghai that a calendar can hold, kept as text."""

    def __init__(self, **options: Any) -> None:
        within = validate.Range(FIRST_DAY, LAST_DAY, error="out_of_range")
        super().__init__(validate=within, **options)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        return None if value is None else str(value)


def nothing() -> None:
    """Stand for what is left out; a plain None would be a default in the document of the API."""


def hour(**options: Any) -> Text:
    """Return a field for a time of day in Shanghai, `09:30`."""
    rule = validate.Regexp(HOUR_REGEX, error="format")
    return Text(maximum=5, validate=[rule], **options)


def note(**options: Any) -> Text:
    """Return a field for a remark among staff."""
    return Text(maximum=SUMMARY_MAX, allow_none=True, load_default=nothing, **options)


class WordsSchema(Schema):
    """A text in Chinese, and in English where there is one."""

    zh = fields.String(required=True)
    en = fields.String(required=True, allow_none=True)


class ConflictSchema(Schema):
    """What a departure collides with: a guide, a vehicle, a site, the route, or the calendar.

    `departure` and `title` name the other departure where there is one; the times are when that
    one is there, else when this one would be, or the part of it that is closed.
    """

    resource = fields.String(required=True)
    id = fields.String(required=True)
    name = fields.String(required=True)
    starts_at = fields.String(required=True)
    ends_at = fields.String(required=True)
    why = fields.String(required=True, validate=validate.OneOf([one.value for one in Collision]))
    departure = fields.String(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)


class KeptCardSchema(Schema):
    """What everything has that staff keep; `at` is when it was changed last."""

    id = fields.String(required=True, dump_only=True)
    revision = fields.Integer(required=True, dump_only=True)
    at = fields.DateTime(required=True, dump_only=True)


class GuideSchema(Schema):
    """A guide; without languages, of any."""

    name = Text(maximum=TITLE_MAX, minimum=1, required=True)
    phone = Text(maximum=PHONE_MAX, allow_none=True, load_default=nothing)
    languages = fields.List(
        Choice(Language),
        load_default=list,
        validate=validate.Length(max=5, error="too_long"),
        error_messages=MESSAGES,
    )
    note = note()
    active = Flag(load_default=True)


class GuideCardSchema(GuideSchema, KeptCardSchema):
    """A guide as kept; in lists the phone is masked. `feed` tells whether there is a calendar feed.

    `demo` marks 演示.
    """

    feed = fields.Function(lambda guide: guide.feed_hash is not None, metadata={"type": "boolean"})
    demo = fields.Boolean(required=True, dump_only=True)


class GuideChangeSchema(GuideCardSchema):
    """A guide from now on, and the revision that was seen."""

    revision = Number(low=1, required=True)


class VehicleSchema(Schema):
    """A vehicle; `seats` are those for visitors."""

    name = Text(maximum=TITLE_MAX, minimum=1, required=True)
    plate = Text(maximum=PLATE_MAX, allow_none=True, load_default=nothing)
    seats = Number(low=1, high=1000, required=True)
    note = note()
    active = Flag(load_default=True)


class VehicleCardSchema(VehicleSchema, KeptCardSchema):
    """A vehicle as kept. `demo` marks 演示."""

    demo = fields.Boolean(required=True, dump_only=True)


class VehicleChangeSchema(VehicleCardSchema):
    """A vehicle from now on, and the revision that was seen."""

    revision = Number(low=1, required=True)


class ClosureSchema(Schema):
    """Days, both included, on which a site or a route is closed, or everything without either.

    With `opens` and `closes` only from the one to the other of each day, Shanghai time.
    """

    site = Text(maximum=ID_MAX, minimum=1, allow_none=True, load_default=nothing)
    route = Text(maximum=ID_MAX, minimum=1, allow_none=True, load_default=nothing)
    from_day = CalendarDay(required=True)
    until_day = CalendarDay(required=True)
    opens = hour(allow_none=True, load_default=nothing)
    closes = hour(allow_none=True, load_default=nothing)
    reason = Text(maximum=SUMMARY_MAX, minimum=1, required=True)


class ClosureCardSchema(ClosureSchema, KeptCardSchema):
    """A closure as kept."""


class ClosureChangeSchema(ClosureCardSchema):
    """A closure from now on, and the revision that was seen."""

    revision = Number(low=1, required=True)


class AffectedSchema(Schema):
    """A departure to come, in short."""

    id = fields.String(required=True)
    title = fields.Nested(WordsSchema, required=True)
    day = fields.String(required=True)
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    held = fields.Integer(required=True)


class ClosureResultSchema(Schema):
    """A closure, and the departures to come that stand in it: staff change or cancel them."""

    closure = fields.Nested(ClosureCardSchema, required=True)
    affected = fields.List(fields.Nested(AffectedSchema), required=True)


class ClosureListQuerySchema(PageQuerySchema):
    """Which closures: those that are not over on a day."""

    on_or_after = CalendarDay()


class WorkingDaysQuerySchema(LanguageQuerySchema):
    """From which day to which, both included; not more than 400 days."""

    first = CalendarDay(required=True)
    last = CalendarDay(required=True)


class OverrideSchema(Schema):
    """Whether a day is worked, whatever the public calendar says."""

    working = Flag(required=True)
    note = note()


class WorkingDaySchema(Schema):
    """A day: whether it is worked, and why that is known.

    `provisional`: beyond the public calendar, so Monday to Friday count. `holiday` also stands on
    days that are worked for it (调休). `override`: staff said so, with their `note`.
    """

    day = fields.Date(required=True)
    working = fields.Boolean(required=True)
    provisional = fields.Boolean(required=True)
    holiday = fields.Nested(WordsSchema, required=True, allow_none=True)
    override = fields.Boolean(required=True)
    note = fields.String(required=True, allow_none=True)


class WorkingDayDetailSchema(WorkingDaySchema):
    """A day with the departures to come that schedules would leave out there, and that stay.

    Somebody booked them, or staff changed them: staff change or cancel them. `removed` counts the
    empty ones that gave way just now.
    """

    affected = fields.List(fields.Nested(AffectedSchema), required=True)
    removed = fields.Integer(required=True)


class WorkingDaysSchema(Schema):
    """Days in order."""

    items = fields.List(fields.Nested(WorkingDaySchema), required=True)

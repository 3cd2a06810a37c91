"""车辆: what takes a group from stop to stop."""

from typing import ClassVar

from mongoengine import BooleanField, IntField, StringField

from models.kept import Kept
from models.parts import SUMMARY_MAX, TITLE_MAX

PLATE_MAX = 20


class Vehicle(Kept):
    """A vehicle; `seats` are those for visitors, without driver and guide. `demo` marks 演示.

    `touched` grows whenever a departure takes it, so that it cannot be put out of use meanwhile.
    """

    meta: ClassVar = {"collection": "vehicles", "indexes": [("active", "name", "id")]}

    name = StringField(required=True, max_length=TITLE_MAX)
    plate = StringField(max_length=PLATE_MAX)
    seats = IntField(required=True, min_value=1, max_value=1000)
    note = StringField(max_length=SUMMARY_MAX)
    active = BooleanField(required=True, default=True)
    touched = IntField(required=True, default=0)
    demo = BooleanField(required=True, default=False)

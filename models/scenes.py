"""Codes to scan: what a scene stands for, and how often it was scanned."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import DateTimeField, Document, EnumField, IntField, StringField

from core.clock import now
from core.ids import new_id

CHANNEL_MAX = 40
TITLE_MAX = 80


class Place(StrEnum):
    """What a code may lead to."""

    PROJECTS = "projects"
    ROUTES = "routes"
    FILMS = "films"
    CHAPTERS = "chapters"
    DEPARTURES = "departures"


class Scene(Document):
    """A code: its id is what WeChat carries as `scene`; where it leads, and by which channel.

    `channel` is a name that staff give, as `expo-2026` or `leaflet`. One scene for each place
    and channel.
    """

    meta: ClassVar = {
        "collection": "scenes",
        "indexes": [
            {"fields": ["place", "item", "channel"], "unique": True},
            ("created_at", "id"),
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    place = EnumField(Place, required=True)
    item = StringField(required=True, max_length=80)
    title = StringField(required=True, max_length=TITLE_MAX)
    channel = StringField(required=True, max_length=CHANNEL_MAX)
    created_by = StringField(required=True)
    created_by_name = StringField(required=True)
    created_at = DateTimeField(required=True, default=now)


class SceneDay(Document):
    """What came by a scene on a day of Shanghai: scans, and bookings that began with one."""

    meta: ClassVar = {
        "collection": "scene_days",
        "indexes": [
            {"fields": ["scene", "day"], "unique": True},
            ("-day", "channel", "scene"),
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    scene = StringField(required=True)
    day = StringField(required=True, max_length=10)
    place = EnumField(Place, required=True)
    item = StringField(required=True)
    channel = StringField(required=True)
    scans = IntField(required=True, default=0)
    bookings = IntField(required=True, default=0)

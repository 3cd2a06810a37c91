"""What staff keep beside content: guarded against lost updates by a revision."""

from typing import ClassVar

from mongoengine import DateTimeField, Document, IntField, StringField

from core.clock import now
from core.ids import new_id


class Kept(Document):
    """Something that staff keep.

    `revision` grows with each change and guards against lost updates; `at` is when that was.
    """

    meta: ClassVar = {
        "abstract": True,
        "indexes": [("-at", "-id")],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    revision = IntField(required=True, default=1)
    at = DateTimeField(required=True, default=now)

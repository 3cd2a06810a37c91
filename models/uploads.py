"""Uploads of media files: what was promised, where its parts go, what became of it."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    EnumField,
    LongField,
    StringField,
)

from core.clock import now
from core.ids import new_id
from models.media_items import (
    NAME_MAX,
    RIGHTS_MAX,
    MediaAudience,
    MediaFault,
    MediaKind,
)
from models.parts import MEDIA_ID_MAX, SUMMARY_MAX


class UploadState(StrEnum):
    """Where an upload stands."""

    OPEN = "open"
    """Parts arrive."""
    CHECKING = "checking"
    """All bytes are one object of the store; whether it is taken is being found out."""
    DONE = "done"
    """It became a media item, or its bytes were one already: `item`."""
    REFUSED = "refused"
    """The file is not taken: `fault`."""
    ABORTED = "aborted"
    """Staff gave it up, or its time was over."""


class Upload(Document):
    """One file on its way in; `owner` is the member of staff who sends it.

    `size` and `part_bytes` are bytes; each part but the last has `part_bytes`. `parts` is the
    store's name of the upload. `sha256`, `type` and `kind` are what the sender says of the file,
    to be checked. An open upload ends at `expires_at`. `cleared` tells that nothing of it is left
    in the store. MongoDB drops the record at `drop_at`.
    """

    meta: ClassVar = {
        "collection": "media_uploads",
        "indexes": [
            ("owner", "state"),
            ("state", "expires_at"),
            ("state", "updated_at"),
            ("cleared", "state", "updated_at"),
            {"fields": ["drop_at"], "expireAfterSeconds": 0},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    owner = StringField(required=True, max_length=40)
    owner_name = StringField(max_length=120)
    state = EnumField(UploadState, required=True, default=UploadState.OPEN)
    name = StringField(required=True, max_length=NAME_MAX)
    size = LongField(required=True, min_value=1)
    sha256 = StringField(max_length=64)
    type = StringField(max_length=100)
    kind = EnumField(MediaKind)
    alt = StringField(max_length=SUMMARY_MAX)
    rights = StringField(max_length=RIGHTS_MAX)
    audience = EnumField(MediaAudience, required=True, default=MediaAudience.PUBLIC)
    parts = StringField(required=True, max_length=1_000)
    part_bytes = LongField(required=True, min_value=1)
    item = StringField(max_length=MEDIA_ID_MAX)
    fault = EmbeddedDocumentField(MediaFault)
    cleared = BooleanField(required=True, default=False)
    created_at = DateTimeField(required=True, default=now)
    updated_at = DateTimeField(required=True, default=now)
    expires_at = DateTimeField(required=True)
    drop_at = DateTimeField()

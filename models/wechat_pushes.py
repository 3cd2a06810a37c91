"""What WeChat pushed, each once, and how long somebody may be written to."""

from typing import ClassVar

from mongoengine import DateTimeField, Document, IntField, StringField

from core.clock import now
from core.ids import new_id


class WechatPush(Document):
    """A push as it came, under the `identity` that all its repetitions have.

    `content` is its JSON, encrypted: what somebody wrote stands there. `told_at` is set before
    something is sent about it, so that no second try sends it again; `answered_with` names the
    content that answered it. MongoDB drops it at `drop_at`. Once its person is deleted only
    `identity`, `handled_at` and `drop_at` are left, so that a repetition counts as one.
    """

    SEALED: ClassVar = ("content",)
    INDEXED: ClassVar[dict[str, str]] = {}

    meta: ClassVar = {
        "collection": "wechat_pushes",
        "indexes": [
            {"fields": ["identity"], "unique": True},
            ("openid", "-at"),
            {"fields": ["drop_at"], "expireAfterSeconds": 0},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    identity = StringField(required=True)
    openid = StringField()
    kind = StringField()
    content = StringField()
    at = DateTimeField()
    received_at = DateTimeField(required=True, default=now)
    told_at = DateTimeField()
    answered_with = StringField()
    handled_at = DateTimeField()
    drop_at = DateTimeField(required=True)


class WechatWindow(Document):
    """How many customer messages may still go to an openid, and until when.

    The platform opens it when they write or come in (`opened_at`, the `push` that
    told so); it opens anew, it does not add.
    """

    meta: ClassVar = {
        "collection": "wechat_windows",
        "indexes": [
            {"fields": ["openid"], "unique": True},
            {"fields": ["drop_at"], "expireAfterSeconds": 0},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    openid = StringField(required=True)
    push = StringField(required=True)
    opened_at = DateTimeField(required=True)
    until = DateTimeField(required=True)
    left = IntField(required=True)
    drop_at = DateTimeField(required=True)

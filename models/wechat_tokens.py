"""The access token of WeChat's server APIs, one for each mini-program, and their quotas."""

from typing import ClassVar

from mongoengine import DateTimeField, Document, MapField, StringField


class WechatToken(Document):
    """The current token of an appid, which is the id, and who is fetching a new one.

    `value` is encrypted; `digest` tells whether it is still the one that failed. `holds` has, by
    name, until when an API is left alone because its quota of a day is used up.
    """

    SEALED: ClassVar = ("value",)
    INDEXED: ClassVar[dict[str, str]] = {}

    meta: ClassVar = {"collection": "wechat_tokens", "auto_create_index": False}

    id = StringField(primary_key=True)
    value = StringField()
    digest = StringField()
    renew_at = DateTimeField()
    locked_by = StringField()
    locked_until = DateTimeField()
    holds = MapField(DateTimeField())

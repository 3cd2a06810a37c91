"""What the platform pushes: messages and events, in JSON and XML, as its documents show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import orjson

FORMATS = ("json", "xml")
ACCOUNT = "gh_0123456789ab"
MESSAGES = ("text", "image", "miniprogrampage")
# Events whose XML nests a list in an element of this name; JSON has it at the top.
NESTING = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}
COMES = "user_enter_tempsession"
EVENTS = (
    COMES,
    *NESTING,
    "wxa_media_check",
    "user_info_modified",
    "user_authorization_revoke",
    "user_authorization_cancellation",
)
KINDS = (*MESSAGES, *EVENTS)
LIST = "List"

Fields = dict[str, Any]


@dataclass(frozen=True)
class Occasion:
    """Who pushes what: the visitor, the moment in seconds, the platform's id of a message."""

    openid: str
    appid: str
    at: int
    message_id: int


def fields_of(kind: str, occasion: Occasion, given: Mapping[str, Any]) -> Fields:
    """Return the fields of a push; `given` adds to them or replaces them."""
    about: Fields = {
        "ToUserName": ACCOUNT,
        "FromUserName": occasion.openid,
        "CreateTime": occasion.at,
    }
    if kind in MESSAGES:
        about |= {"MsgType": kind, "MsgId": occasion.message_id, **_message(kind)}
    else:
        about |= {"MsgType": "event", "Event": kind, **_event(kind, occasion)}
    return {**about, **given}


def render(fields: Fields, form: str) -> str:
    """Return fields in a format; a list of one comes as an object in JSON."""
    if form == "json":
        return orjson.dumps(_flat(fields)).decode()
    return f"<xml>{_elements(_nested(fields))}</xml>"


def _message(kind: str) -> Fields:
    if kind == "text":
        return {"Content": "测试"}
    if kind == "image":
        return {"PicUrl": "https://picture.invalid/1.jpg", "MediaId": "sim-media-1"}
    return {
        "Title": "测试卡片",
        "AppId": "wxcard000000000000",
        "PagePath": "pages/index",
        "ThumbUrl": "https://picture.invalid/2.jpg",
        "ThumbMediaId": "sim-media-2",
    }


def _event(kind: str, occasion: Occasion) -> Fields:
    if kind == COMES:
        return {"SessionFrom": "sim"}
    if kind == "wxa_media_check":
        return {
            "appid": occasion.appid,
            "trace_id": f"sim-trace-{occasion.message_id}",
            "version": 2,
            "errcode": 0,
            "errmsg": "ok",
            "result": {"suggest": "pass", "label": 100},
            "detail": [{"strategy": "content_model", "errcode": 0, "suggest": "pass"}],
        }
    if kind in NESTING:
        return {LIST: []}
    revoked = {} if kind == "user_info_modified" else {"RevokeInfo": "8", "PluginID": ""}
    return {"OpenID": occasion.openid, "AppID": occasion.appid, **revoked}


def _flat(fields: Fields) -> Fields:
    found = fields.get(LIST)
    return {**fields, LIST: found[0]} if isinstance(found, list) and len(found) == 1 else fields


def _nested(fields: Fields) -> Fields:
    outer = NESTING.get(str(fields.get("Event")))
    if outer is None or LIST not in fields:
        return fields
    rest = {name: value for name, value in fields.items() if name != LIST}
    return {**rest, outer: {LIST: fields[LIST]}}


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, dict):
        return f"<{name}>{_elements(value)}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    text = str(value)
    held = f"<![CDATA[{text}]]>" if "]]>" not in text else escape(text)
    return f"<{name}>{held}</{name}>"

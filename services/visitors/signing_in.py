"""Signing in: with a code of WeChat, with a code by e-mail, as a fictitious visitor of the demo.

Whoever signs in for the first time gets an account; a unique index sees to it that two sign-ins at
once make one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pymongo.errors import DuplicateKeyError

from core.clock import now
from core.errors import NotFound, Unavailable
from core.ids import new_id
from models.enums import Language
from models.visitors import DemoVisitor, SignInMethod, Visitor
from services import personal_data, wechat_gateway
from services.staff import policy
from services.visitors import email_codes, sessions
from services.visitors.sessions import SignedIn

# How often an account may vanish while its owner signs in.
RACES_MAX = 5


def with_wechat(code: str) -> SignedIn:
    """Sign in with the code of `wx.login`, which is sent to WeChat once.

    Raises `InvalidCode`, `UserBlocked`, `WechatUnavailable`, `WechatRefused`,
    `WechatNotConfigured`.
    """
    known = wechat_gateway.client().code_to_session(code)
    appid = policy.current().settings.wechat_appid
    key = {"appid": appid, "openid": known.openid}

    def ensure() -> str:
        visitor_id = _ensure(key, key)
        change = personal_data.sealed(Visitor, visitor_id, {"session_key": known.session_key})
        if known.unionid:
            change["unionid"] = known.unionid
        Visitor._get_collection().update_one({"_id": visitor_id}, {"$set": change})
        return visitor_id

    return _started(ensure, SignInMethod.WECHAT)


def with_email(challenge: str, code: str) -> SignedIn:
    """Sign in with a one-time code; raise `Unauthenticated("email_code_wrong")`."""
    used = email_codes.use(challenge, code)

    def ensure() -> str:
        condition = {"email_index": personal_data.indexed("email", used.email)}
        visitor_id = new_id()
        fresh = personal_data.sealed(Visitor, visitor_id, {"email": used.email})
        return _ensure(condition, {**fresh, "language": used.language.value}, visitor_id)

    return _started(ensure, SignInMethod.EMAIL)


def as_demo(visitor: DemoVisitor) -> SignedIn:
    """Sign in as a fictitious visitor; raise `NotFound` in production."""
    if policy.current().settings.is_production:
        raise NotFound

    def ensure() -> str:
        visitor_id = new_id()
        fresh = personal_data.sealed(Visitor, visitor_id, {"name": f"测试访客 {visitor.value}"})
        return _ensure({"demo": visitor.value}, {**fresh, "demo": visitor.value}, visitor_id)

    return _started(ensure, SignInMethod.DEMO)


def _started(ensure: Callable[[], str], method: SignInMethod) -> SignedIn:
    for _ in range(RACES_MAX):
        if signed_in := sessions.start(ensure(), method):
            return signed_in
    raise Unavailable


def _ensure(key: Mapping[str, Any], fields: Mapping[str, Any], visitor_id: str = "") -> str:
    """Return the id of the visitor that `key` finds; write one with `fields` if there is none."""
    visitors = Visitor._get_collection()
    for _ in range(RACES_MAX):
        found = visitors.find_one(key, {"_id": 1})
        if found is not None:
            return str(found["_id"])
        moment = now()
        fresh = Visitor(id=visitor_id or new_id(), created_at=moment, updated_at=moment)
        row = {**fresh.to_mongo(), "language": Language.ZH_CN.value, **fields}
        try:
            visitors.insert_one(row)
        except DuplicateKeyError:
            continue  # another sign-in made it at this moment
        return str(row["_id"])
    raise Unavailable

"""Texts that visitors write: checked by WeChat, held for staff unless they pass.

`services.text_checks` asks (`ask` calls WeChat and belongs outside of any transaction), then keeps
what does not pass with `hold`. Nobody but staff and whoever wrote it reads such a text anyway: to
allow one settles it, to refuse one takes it away from what it belongs to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from core import logs
from core.clock import now
from core.db import transaction
from core.errors import AppError, Conflict, NotFound
from core.ids import new_id
from models.held_texts import NOTE_MAX, HeldDecision, HeldReason, HeldState, HeldText
from models.visitors import Visitor
from services import audit, keyset, permissions, personal_data, wechat_gateway, written_texts
from services.actors import Actor
from services.keyset import Position
from services.staff import policy
from services.visitors import accounts
from wechat.checks import TEXT_MAX, Scene, Suggestion
from wechat.checks import Verdict as Suggested

RESOURCE = "held_texts"
TOLD = ("state", "decided_by")
_REASONS = {Suggestion.REVIEW: HeldReason.REVIEW, Suggestion.RISKY: HeldReason.RISKY}
_WORST = (Suggestion.RISKY, Suggestion.REVIEW, Suggestion.PASS)

logger = logs.get(__name__)


@dataclass(frozen=True)
class Verdict:
    """What became of a text: it passes, or why it is held."""

    reason: HeldReason | None = None
    label: int | None = None

    @property
    def passes(self) -> bool:
        """Tell whether the text may be shown."""
        return self.reason is None


@dataclass(frozen=True)
class Held:
    """A held text as staff read it."""

    row: HeldText
    text: str

    @property
    def id(self) -> str:
        """Return the id of the text."""
        return str(self.row.id)


def ask(visitor: Visitor, text: str, scene: Scene = Scene.COMMENT) -> Verdict:
    """Have WeChat check what a visitor wrote, as `ask_of` does."""
    ours = visitor.appid == policy.current().settings.wechat_appid
    return ask_of(visitor.openid if ours else None, text, scene)


def ask_of(openid: str | None, text: str, scene: Scene = Scene.COMMENT) -> Verdict:
    """Have WeChat check a text, of any length; it ends within WECHAT_TIMEOUT_S for each 2500.

    `openid` is who wrote it, in this mini-program. Whatever goes wrong is a verdict: the text is
    held. Raises nothing of WeChat's.
    """
    if not text.strip():
        return Verdict()
    if openid is None or not policy.current().settings.wechat_appid:
        return Verdict(HeldReason.NO_WECHAT)
    try:
        found = _suggested(openid, text, scene)
    except AppError as error:
        logger.warning("text_unchecked", code=error.code)
        return Verdict(HeldReason.UNAVAILABLE)
    reason = _REASONS.get(found.suggestion)
    return Verdict(reason, None if reason is None else found.label)


def hold(
    visitor_id: str,
    subject: str,
    text: str,
    verdict: Verdict,
    *,
    parts: Sequence[str] = (),
    session: ClientSession,
) -> None:
    """Put a text that does not pass before staff, once for each `subject`.

    `parts` are the fields from which it was read.
    """
    if verdict.reason is None or not accounts.touch(visitor_id, session):
        return
    held_id = new_id()
    row = {
        **{"_id": held_id, "visitor": visitor_id, "reason": verdict.reason.value},
        **{"state": HeldState.HELD.value, "created_at": now(), "parts": list(parts)},
        **personal_data.sealed(HeldText, held_id, {"text": text}),
        **({} if verdict.label is None else {"label": verdict.label}),
    }
    HeldText._get_collection().update_one(
        {"subject": subject}, {"$setOnInsert": row}, upsert=True, session=session
    )


def listing(
    actor: Actor,
    *,
    state: HeldState = HeldState.HELD,
    limit: int,
    after: Position | None = None,
) -> list[Held]:
    """Return texts after a position (when they came, and id), the oldest first."""
    permissions.require(actor, RESOURCE, "read")
    further = keyset.after(after, "created_at", ascending=True)
    rows = HeldText._get_collection().find({"state": state.value, **further})
    ordered = rows.sort([("created_at", 1), ("_id", 1)]).limit(limit)
    return [_read(HeldText._from_son(row)) for row in ordered]


def decide(actor: Actor, held_id: str, decision: HeldDecision, *, note: str | None = None) -> Held:
    """Allow or refuse a text, once; a refused one is taken away from what it belongs to.

    Raises `NotFound`, `Conflict("held_decided")`.
    """
    target = f"{RESOURCE}:{held_id}"
    permissions.require(actor, RESOURCE, "write", target)
    change = {
        **{"state": decision.value, "note": (note or "")[:NOTE_MAX], "decided_at": now()},
        **{"decided_by": actor.id, "decided_by_name": actor.name},
    }

    def work(session: ClientSession) -> Mapping[str, Any]:
        texts = HeldText._get_collection()
        guard = {"_id": held_id, "state": HeldState.HELD.value}
        before = texts.find_one_and_update(guard, {"$set": change}, session=session)
        after = texts.find_one({"_id": held_id}, session=session)
        if after is None:
            raise NotFound
        if before is None:
            raise Conflict("held_decided")
        told = [{name: row.get(name) for name in TOLD} for row in (before, after)]
        if decision is HeldDecision.REFUSED:
            told[1]["cleared"] = _clear(HeldText._from_son(after), session)
        audit.record(
            *(actor, f"{RESOURCE}.decide", target),
            before=told[0],
            after=told[1],
            session=session,
        )
        return dict(after)

    return _read(HeldText._from_son(transaction(work)))


def _suggested(openid: str, text: str, scene: Scene) -> Suggested:
    """Return the worst of what is suggested for the parts of a text."""
    client = wechat_gateway.client()
    parts = [text[start : start + TEXT_MAX] for start in range(0, len(text), TEXT_MAX)]
    found = [client.check_text(openid, part, scene) for part in parts]
    return min(found, key=lambda one: _WORST.index(one.suggestion))


def _clear(row: HeldText, session: ClientSession) -> list[str]:
    return written_texts.clear(row.subject, list(row.parts), _read(row).text, session)


def _read(row: HeldText) -> Held:
    return Held(row, personal_data.opened(row, "text") or "")

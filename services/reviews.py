"""三审: hand a text to review, and the verdicts of its reviewers, one step after the other.

A review is of one revision. An edit makes it void; nobody reviews what they wrote, and nobody
takes two steps of one review.
"""

from typing import Any

from core.clock import now
from core.errors import Conflict, Forbidden, Invalid, Unprocessable
from core.settings import Settings
from models.content import Content
from models.enums import Kind
from models.reviews import ReviewStage
from models.staff import Role
from services import changes, content, permissions
from services.actors import Actor

ROLES = {
    ReviewStage.FIRST: Role.FIRST_REVIEWER,
    ReviewStage.SECOND: Role.SECOND_REVIEWER,
    ReviewStage.FINAL: Role.FINAL_REVIEWER,
}
# The steps, by how many there are.
STEPS = {
    1: (ReviewStage.FINAL,),
    2: (ReviewStage.FIRST, ReviewStage.FINAL),
    3: (ReviewStage.FIRST, ReviewStage.SECOND, ReviewStage.FINAL),
}

_steps: list[ReviewStage] = list(STEPS[3])


def configure(settings: Settings) -> None:
    """Take over how many reviews a text needs."""
    _steps[:] = STEPS[settings.review_steps]


def submit(
    kind: Kind, item: str, *, revision: int, actor: Actor, note: str | None = None
) -> Content:
    """Hand the text to its first reviewer.

    Raises `Conflict` for a stale revision, an archived item, or one that is under review.
    """
    document = content.get(kind, item)
    changes.allow(actor, "submit", document)
    changes.expect(document, revision)
    if document.review is not None and document.review.stage is not ReviewStage.RETURNED:
        raise Conflict("in_review")
    review: dict[str, Any] = {
        "revision": revision,
        "stage": _steps[0].value,
        "submitted_by": actor.id,
        "submitted_by_name": actor.name,
        "submitted_at": now(),
        **({"note": note} if note else {}),
        "verdicts": [],
    }
    return changes.commit(
        actor, "submit", document, {"$set": {"review": review}}, guard=_guard(document)
    )


def decide(
    kind: Kind,
    item: str,
    *,
    revision: int,
    approved: bool,
    actor: Actor,
    note: str | None = None,
) -> Content:
    """Give the verdict of the step that is due; to send back needs a note.

    Raises `Conflict` when nothing is due, `Forbidden` for one's own text, a step of another
    role, or a second step of the same review.
    """
    document = content.get(kind, item)
    changes.allow(actor, "review", document)
    changes.expect(document, revision)
    step = _due(document)
    _refuse_reviewer(actor, document, step)
    if not approved and not (note or "").strip():
        raise Invalid(fields={"note": "note_needed"})
    verdict = {
        "step": step.value,
        "by": actor.id,
        "by_name": actor.name,
        "approved": approved,
        **({"note": note} if note else {}),
        "at": now(),
    }
    stage = _after(step) if approved else ReviewStage.RETURNED
    update = {"$set": {"review.stage": stage.value}, "$push": {"review.verdicts": verdict}}
    action = "review_pass" if approved else "review_return"
    return changes.commit(actor, action, document, update, guard=_guard(document))


def refuse_unapproved(actor: Actor, action: str, document: Content) -> None:
    """Raise what keeps a member of staff from making the text public: not passed, or their own.

    The product itself publishes what was released another way: a schedule, the seed.
    """
    changes.refuse_own(actor, action, document)
    review = document.review
    passed = review is not None and review.stage is ReviewStage.APPROVED
    if not actor.is_system and not (passed and review.revision == document.revision):
        raise Unprocessable("not_approved")


def _due(document: Content) -> ReviewStage:
    review = document.review
    if review is None or review.stage not in ROLES:
        raise Conflict("not_in_review")
    step: ReviewStage = review.stage
    return step


def _refuse_reviewer(actor: Actor, document: Content, step: ReviewStage) -> None:
    changes.refuse_own(actor, "review", document)
    if actor.is_system:
        raise Forbidden
    target = changes.target(document)
    if ROLES[step] not in actor.roles:
        permissions.deny(actor, "content.review", target, "wrong_step")
    if actor.id in {verdict.by for verdict in document.review.verdicts}:
        permissions.deny(actor, "content.review", target, "reviewed_before")


def _after(step: ReviewStage) -> ReviewStage:
    """Return the step after `step`, also when the number of steps was changed meanwhile."""
    order = list(ROLES)
    later = [one for one in _steps if order.index(one) > order.index(step)]
    return later[0] if later else ReviewStage.APPROVED


def _guard(document: Content) -> dict[str, Any]:
    """Return what must still hold: the same text at the same step."""
    stage = document.review.stage.value if document.review else None
    return {"revision": document.revision, "review.stage": stage, **changes.NOT_ARCHIVED}

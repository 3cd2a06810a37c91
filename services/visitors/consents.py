"""Consent to the privacy notice, with its version; a new version is agreed to anew."""

from core.clock import now
from core.errors import Conflict, Forbidden, NotFound
from models.visitors import Consent, Visitor
from services.staff import policy

# Consents that are kept; the oldest give way.
KEPT = 50


def current_version() -> str:
    """Return the version of the privacy notice that is in force."""
    return policy.current().settings.privacy_notice_version


def standing(visitor: Visitor) -> Consent | None:
    """Return the consent that holds for the notice in force; None when it is due."""
    for consent in reversed(visitor.consents):
        if consent.version == current_version() and consent.withdrawn_at is None:
            found: Consent = consent
            return found
    return None


def require(visitor: Visitor) -> None:
    """Raise `Forbidden("consent_needed")` unless the visitor agreed to the notice in force."""
    if standing(visitor) is None:
        raise Forbidden("consent_needed")


def give(visitor: Visitor, version: str) -> None:
    """Record that the visitor agrees to a version, which must be the one in force.

    Agreeing twice is the same as once. Raises `Conflict("consent_version")`.
    """
    if version != current_version():
        raise Conflict("consent_version", current=current_version())
    holding = {"$elemMatch": {"version": version, "withdrawn_at": None}}
    given = {"version": version, "given_at": now()}
    Visitor._get_collection().update_one(
        {"_id": visitor.id, "consents": {"$not": holding}},
        {"$push": {"consents": {"$each": [given], "$slice": -KEPT}}},
    )


def withdraw(visitor: Visitor) -> None:
    """Record that the visitor does not agree any more; raise `NotFound` when they did not."""
    withdrawn = Visitor._get_collection().update_one(
        {"_id": visitor.id, "consents.withdrawn_at": None, "consents.0": {"$exists": True}},
        {"$set": {"consents.$[open].withdrawn_at": now()}},
        array_filters=[{"open.withdrawn_at": None}],
    )
    if not withdrawn.modified_count:
        raise NotFound

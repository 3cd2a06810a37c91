"""Who may do what: a table of resource, action and roles.

Rights belong to roles, never to persons. Rules that look at the thing itself (nobody publishes
their own text, a department sees its own) are kept by the service of that thing.
"""

from collections.abc import Mapping

from core.errors import Forbidden
from models.audit import Outcome
from models.staff import Role as Role
from services import audit
from services.actors import SYSTEM as SYSTEM
from services.actors import Actor as Actor

EVERYBODY = frozenset(Role)
REVIEWERS = frozenset({Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER})
WRITERS = REVIEWERS | {Role.EDITOR}
SEARCH_KEEPERS = WRITERS | {Role.ADMINISTRATOR}
DESK = frozenset({Role.BOOKING_DESK, Role.INVESTMENT_OFFICER})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
AUDITOR = frozenset({Role.AUDITOR})

Roles = frozenset[Role]

TABLE: Mapping[str, Mapping[str, Roles]] = {
    # One's own account and sign-in.
    "account": {"read": EVERYBODY, "write": EVERYBODY},
    "content": {
        "read": EVERYBODY,
        # 拟招商名录 and notes among colleagues.
        "read_internal": WRITERS | {Role.INVESTMENT_OFFICER},
        "write": WRITERS,
        "submit": WRITERS,
        "preview": EVERYBODY,
        "translate": WRITERS,
        "archive": WRITERS,
        "restore": WRITERS,
        "review": REVIEWERS,
        "publish": REVIEWERS,
        "schedule": REVIEWERS,
        "unpublish": REVIEWERS,
        "expire": REVIEWERS,
        "rollback": REVIEWERS,
        "reorder": REVIEWERS,
        # To another department.
        "hand_over": ADMINISTRATOR | {Role.FINAL_REVIEWER},
        "refresh": ADMINISTRATOR,
    },
    "media": {"read": EVERYBODY, "write": WRITERS},
    "synonyms": {"read": SEARCH_KEEPERS, "write": SEARCH_KEEPERS},
    "promotions": {"read": SEARCH_KEEPERS, "write": SEARCH_KEEPERS},
    "fruitless": {
        "read": SEARCH_KEEPERS | {Role.INVESTMENT_OFFICER},
        "write": SEARCH_KEEPERS,
    },
    "visitors": {"read": DESK, "reveal": DESK, "write": ADMINISTRATOR},
    # Whom to call is masked in lists; reading it whole is on record.
    "calls": {"read": DESK, "reveal": DESK, "write": DESK},
    # What visitors asked in the conversation, and answering it.
    "questions": {"read": DESK, "write": DESK},
    # Which subscription messages went out; whom they were for is an id.
    "deliveries": {"read": DESK | ADMINISTRATOR},
    # Codes to scan with their channel, and how often they were.
    "codes": {"read": WRITERS | DESK | ADMINISTRATOR, "write": WRITERS | DESK},
    # What visitors wrote and WeChat did not pass.
    "held_texts": {"read": DESK, "write": DESK},
    "usage": {"read": WRITERS | DESK | ADMINISTRATOR},
    "staff": {"read": ADMINISTRATOR | AUDITOR, "write": ADMINISTRATOR},
    "jobs": {"read": ADMINISTRATOR, "write": ADMINISTRATOR},
    # Those who are watched do not keep the log: administrators neither read nor export it.
    "audit": {"read": AUDITOR, "export": AUDITOR},
}


def roles_for(resource: str, action: str) -> Roles:
    """Return the roles that may; raise `KeyError` for what the table does not have."""
    return TABLE[resource][action]


def may(actor: Actor, resource: str, action: str) -> bool:
    """Tell whether the actor may; the product itself may everything."""
    return actor.is_system or bool(actor.roles & roles_for(resource, action))


def require(actor: Actor, resource: str, action: str, target: str = "") -> None:
    """Raise `Forbidden` unless the actor may, and put the refusal on record.

    `target` names the thing (`tracks:<id>`), the resource by default.
    """
    if not may(actor, resource, action):
        deny(actor, f"{resource}.{action}", target or resource)


def deny(actor: Actor, action: str, target: str, code: str = "forbidden") -> None:
    """Put a refusal on record, outside of any transaction, and raise `Forbidden`."""
    audit.record(actor, action, target, outcome=Outcome.DENIED)
    raise Forbidden(code)


def allowed(actor: Actor) -> dict[str, list[str]]:
    """Return what the actor may, by resource: what a panel shows."""
    found = {
        resource: [action for action in actions if may(actor, resource, action)]
        for resource, actions in TABLE.items()
    }
    return {resource: actions for resource, actions in found.items() if actions}

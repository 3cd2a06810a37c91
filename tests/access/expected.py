"""What a line of the table says: for whom a route is, and what it answers in which state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from models.staff import Role
from tests.access.callers import Person

SAFE = ("GET", "HEAD")
# What stands between a session that holds and a route: the code of the refusal.
DUE = {"password due": "password_change_needed", "factor due": "totp_needed"}
NO_CSRF = ("without csrf", "others csrf")
ROLES = {role.value: role for role in Role}


# `200`, or `409 own_account` with the code of the failure.
Answer = str


@dataclass(frozen=True)
class Request:
    """How to bring about a state: arguments of the path, query, body."""

    arguments: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


Prepare = Callable[[Person], Request]


@dataclass(frozen=True)
class State:
    """A state that matters, and what who may call is answered in it."""

    answer: Answer | Callable[[Person], Answer]
    prepare: Prepare = lambda _: Request()

    def expected(self, person: Person) -> Answer:
        """Return what this caller is answered."""
        return self.answer if isinstance(self.answer, str) else self.answer(person)


class Audience(Protocol):
    """For whom a route is. Those who are neither staff nor anyone write one of their own."""

    @property
    def role(self) -> Role:
        """A role of staff that may call it, if staff may; any other if not."""
        ...

    def refusal(self, caller: str, method: str) -> Answer | None:
        """Return how a caller is refused, by their name in `CALLERS`; None when they are not."""
        ...

    def leaves_open(self, caller: str) -> bool:
        """Tell whether a caller is let in and the table does not say what they are answered."""
        ...


@dataclass(frozen=True)
class Open:
    """For anyone, whoever they are."""

    def refusal(self, caller: str, method: str) -> Answer | None:
        """Nobody is refused."""
        del caller, method

    def leaves_open(self, caller: str) -> bool:
        """Everybody is answered the same."""
        del caller
        return False

    @property
    def role(self) -> Role:
        """A role that may call it."""
        return Role.EDITOR


@dataclass(frozen=True)
class ForStaff:
    """For these roles; `first` tells that it answers also when something else is due first."""

    roles: frozenset[Role]
    first: bool = False

    def refusal(self, caller: str, method: str) -> Answer | None:
        """Return how a caller is refused; None when they are not."""
        if caller in ROLES:
            return None if ROLES[caller] in self.roles else "403 forbidden"
        if caller in DUE:
            return None if self.first else f"403 {DUE[caller]}"
        if caller in NO_CSRF:
            return None if method in SAFE else "403 csrf"
        return "401 unauthenticated"

    def leaves_open(self, caller: str) -> bool:
        """An account that lacks something may be told so in many ways."""
        return caller in DUE

    @property
    def role(self) -> Role:
        """A role that may call it."""
        return min(self.roles)


@dataclass(frozen=True)
class Route:
    """A line of the table."""

    audience: Audience
    states: Mapping[str, State]


Table = Mapping[str, Route]


def plain(audience: ForStaff) -> Route:
    """Return a line for a route that answers all who may the same in every state."""
    return Route(audience, {"always": State("200")})


def with_body(**body: Any) -> Prepare:
    """Return what asks with a body, whoever calls."""
    return lambda _: Request(body=body)

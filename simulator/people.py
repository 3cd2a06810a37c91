"""What the platform knows of the mini-program's users: keys, visits, credits, what they got."""

import datetime as dt
from collections import Counter, deque
from dataclasses import dataclass, field

from simulator.clock import Clock
from simulator.errors import ApiError

RECEIVED_KEPT = 500
SEEN_FOR = dt.timedelta(hours=2)
WINDOW = dt.timedelta(hours=48)
ANSWERS_IN_WINDOW = 5
# Who comes in without a word can be greeted.
GREETING_WINDOW = dt.timedelta(minutes=1)
GREETINGS_IN_WINDOW = 2
TALKING_FOR = dt.timedelta(seconds=30)
TYPING_FOR = dt.timedelta(seconds=15)


@dataclass
class Person:
    """One user. `credits` counts accepted subscription messages by template."""

    openid: str
    name: str
    session_key: str | None = None
    seen_at: dt.datetime | None = None
    wrote_at: dt.datetime | None = None
    answers: int = 0
    came_at: dt.datetime | None = None
    greetings: int = 0
    typing_until: dt.datetime | None = None
    risk: int = 0
    credits: Counter[str] = field(default_factory=Counter)
    is_served: bool = False


class People:
    """All of them, and the messages that their phones received."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, Person] = {}
        self.delivered = 0
        self.received: deque[dict[str, object]] = deque(maxlen=RECEIVED_KEPT)

    def meet(self, openid: str, name: str) -> Person:
        """Return a user, whom the platform knows from now on."""
        return self._known.setdefault(openid, Person(openid, name))

    def get(self, openid: str) -> Person:
        """Return a user whom the platform knows; else 40003."""
        if (person := self._known.get(openid)) is None:
            raise ApiError(40003)
        return person

    def find(self, openid: str) -> Person | None:
        """Return a user, if the platform knows them."""
        return self._known.get(openid)

    def saw(self, person: Person) -> None:
        """Note that a user is in the mini-program."""
        person.seen_at = self._clock.now()

    def heard(self, person: Person) -> None:
        """Note that a user wrote to customer service: 48 hours, five answers."""
        person.wrote_at, person.answers = self._clock.now(), 0
        self.saw(person)

    def came(self, person: Person) -> None:
        """Note that a user came into customer service without a word: a minute, two greetings."""
        person.came_at, person.greetings = self._clock.now(), 0
        self.saw(person)

    def require_seen(self, person: Person) -> None:
        """Refuse a user who was not in the mini-program within two hours: 61010."""
        if not self._within(person.seen_at, SEEN_FOR):
            raise ApiError(61010)

    def answer(self, person: Person) -> None:
        """Take one of the five answers: 45015 out of the time, 45047 when all are taken."""
        if not self._within(person.wrote_at, WINDOW):
            self._greet(person)
            return
        if person.answers >= ANSWERS_IN_WINDOW:
            raise ApiError(45047)
        person.answers += 1

    def _greet(self, person: Person) -> None:
        if not self._within(person.came_at, GREETING_WINDOW):
            raise ApiError(45015)
        if person.greetings >= GREETINGS_IN_WINDOW:
            raise ApiError(45047)
        person.greetings += 1

    def type(self, person: Person, *, begins: bool) -> None:
        """Show or end the sign of typing: 45080 when nobody talks, 45081 when it is shown."""
        if not self._within(person.wrote_at, TALKING_FOR):
            raise ApiError(45080)
        now = self._clock.now()
        if begins and person.typing_until is not None and now < person.typing_until:
            raise ApiError(45081)
        person.typing_until = now + TYPING_FOR if begins else None

    def deliver(self, person: Person, kind: str, message: dict[str, object]) -> None:
        """Let a message arrive at the user's phone."""
        self.delivered += 1
        at = self._clock.now().isoformat()
        entry = {"openid": person.openid, "visitor": person.name, "kind": kind, "at": at}
        self.received.append({**entry, **message})

    def _within(self, since: dt.datetime | None, span: dt.timedelta) -> bool:
        return since is not None and self._clock.now() - since < span

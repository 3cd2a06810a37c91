"""All that the simulator remembers: the mini-program, codes, tokens, mail, faults, the log."""

import threading
from collections import deque
from dataclasses import dataclass, field

from simulator.clock import Clock
from simulator.codes import CodeBook
from simulator.draws import Draws, letters
from simulator.faults import FaultBook
from simulator.people import People, Person
from simulator.pushing import Target
from simulator.storm import Storm
from simulator.tokens import TokenDesk

MAIL_KEPT = 200
CALLS_KEPT = 1_000
CODES_KEPT = 200


@dataclass(frozen=True)
class Visitor:
    """A fictitious user of the mini-program."""

    openid: str
    unionid: str | None
    name: str


@dataclass(frozen=True)
class Phone:
    """A phone number; the country's code without `+`. `openid` None: any user's."""

    country_code: str
    number: str
    openid: str | None = None


@dataclass
class World:
    """One mini-program on one platform. Take `lock` for every use; nothing in it waits."""

    appid: str
    secret: str = field(repr=False)
    clock: Clock = field(default_factory=Clock)
    draws: Draws = field(default_factory=Draws)
    lock: threading.RLock = field(default_factory=threading.RLock)
    faults: FaultBook = field(default_factory=FaultBook)
    # Where pushes go; it stays over a reset, like the mini-program itself.
    target: Target | None = None
    # The templates that the mini-program uses, each with the events that it tells of; any other
    # whose id names its keywords exists too.
    templates: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with nothing in memory."""
        self._begin()

    def reset(self, seed: str | None = None) -> None:
        """Forget everything, mend all faults, show the real time again."""
        self.clock.reset()
        self.draws.reset(seed)
        self.faults.clear()
        self._begin()

    def visitor(self, name: str, *, with_unionid: bool = False) -> Visitor:
        """Return the visitor of this name: the same for the same appid, whatever the seed."""
        openid = "o" + letters(f"{self.appid}:{name}", 27)
        unionid = "u" + letters(f"union:{name}", 27) if with_unionid else None
        return Visitor(openid, unionid, name)

    def person(self, name: str) -> Person:
        """Return what the platform knows of the visitor of this name, who is known from now on."""
        return self.people.meet(self.visitor(name).openid, name)

    def drew(self, scene: str, page: str) -> None:
        """Note a code that was drawn: its scene, and the page it opens."""
        self.codes.pop(scene, None)
        self.codes[scene] = page
        while len(self.codes) > CODES_KEPT:
            del self.codes[next(iter(self.codes))]

    def _begin(self) -> None:
        self.logins = CodeBook[Visitor](self.clock, self.draws, errcode_used=40163)
        self.phones = CodeBook[Phone](self.clock, self.draws, errcode_used=40029)
        self.tokens = TokenDesk(self.clock, self.draws)
        self.people = People(self.clock)
        self.media_checks: dict[str, dict[str, str]] = {}
        self.codes: dict[str, str] = {}
        self.mail: deque[dict[str, str]] = deque(maxlen=MAIL_KEPT)
        self.calls: deque[dict[str, object]] = deque(maxlen=CALLS_KEPT)
        self.storm: Storm | None = None

"""Many pushes at once: repeated, out of order, some of them tampered with.

A genuine message that was not taken is pushed again, as the platform does, only for longer.
"""

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from http import HTTPStatus

from simulator import pushes
from simulator.pushes import Fields, Occasion
from simulator.pushing import Pusher

TRIES = 60
PAUSE_S = 0.5
# How far a message may come from its place.
SHUFFLED_WITHIN = 200


@dataclass(frozen=True)
class Plan:
    """How many messages of how many visitors, and what happens to them."""

    count: int
    visitors: tuple[str, ...]
    repeated: float
    tampered: float
    threads: int
    seed: str
    text: str


@dataclass(frozen=True)
class _Shot:
    number: int
    tampering: str | None = None


class Storm:
    """A storm under way, in threads of its own; `report` tells how far it is."""

    def __init__(
        self, plan: Plan, pusher: Pusher, occasion: Occasion, heard: Callable[[str], None]
    ) -> None:
        """`occasion` is that of the first message; `heard` is called with who writes."""
        self._plan, self._pusher, self._first, self._heard = plan, pusher, occasion, heard
        self._lock = threading.Lock()
        self._genuine: Counter[str] = Counter()
        self._tampered: Counter[str] = Counter()
        self._seconds: deque[float] = deque()
        self._lost = self._faults = 0
        self._shots = _shots(plan, pusher.tamperings)
        self._done = threading.Event()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="storm", daemon=True).start()

    def report(self) -> dict[str, object]:
        """Return what was sent so far, how it was answered, and how fast."""
        with self._lock:
            seconds = sorted(self._seconds)
            return {
                "done": self._done.is_set(),
                "messages": self._plan.count,
                "planned": len(self._shots),
                "sent": sum(self._genuine.values()) + sum(self._tampered.values()),
                "genuine": dict(self._genuine),
                "tampered": dict(self._tampered),
                "lost": self._lost,
                "reply_faults": self._faults,
                "p50_ms": _at(seconds, 0.5),
                "p99_ms": _at(seconds, 0.99),
                "slowest_ms": _at(seconds, 1.0),
            }

    def _run(self) -> None:
        with ThreadPoolExecutor(self._plan.threads) as pool:
            list(pool.map(self._fire, self._shots))
        self._done.set()

    def _fire(self, shot: _Shot) -> None:
        """Send one; the genuine ones until they are taken."""
        openid = self._plan.visitors[shot.number % len(self._plan.visitors)]
        message_id = self._first.message_id + shot.number
        occasion = replace(self._first, openid=openid, message_id=message_id)
        if not shot.tampering:
            self._heard(openid)
        fields = _fields(occasion, shot.number, self._plan.text)
        for _ in range(TRIES):
            letter = self._pusher.letter(fields, int(time.time()), shot.tampering)
            answer = self._pusher.send(letter)
            with self._lock:
                counter = self._tampered if shot.tampering else self._genuine
                counter[str(answer.status)] += 1
                if answer.status:
                    self._seconds.append(answer.seconds)
                self._faults += answer.fault is not None
            if shot.tampering or answer.status == HTTPStatus.OK:
                return
            time.sleep(PAUSE_S)
        with self._lock:
            self._lost += 1


def _fields(occasion: Occasion, number: int, text: str) -> Fields:
    """Return the fields of a message: every other one is a picture, which is replied to."""
    if number % 2:
        told = {"PicUrl": f"https://picture.invalid/{number}.jpg"}
        return pushes.fields_of("image", occasion, told)
    return pushes.fields_of("text", occasion, {"Content": f"{text} {number}"})


def _shots(plan: Plan, tamperings: tuple[str, ...]) -> list[_Shot]:
    """Return what is sent, in which order; the same for the same seed."""
    draw = random.Random(plan.seed)  # noqa: S311 - nothing secret follows from it
    shots = [_Shot(number) for number in range(plan.count)]
    shots += [_Shot(one.number) for one in draw.sample(shots, round(plan.count * plan.repeated))]
    shots += [
        _Shot(number, draw.choice(tamperings))
        for number in draw.sample(range(plan.count), round(plan.count * plan.tampered))
    ]
    within = min(SHUFFLED_WITHIN, plan.count)
    return sorted(shots, key=lambda shot: shot.number + draw.uniform(-within, within))


def _at(seconds: list[float], share: float) -> float | None:
    if not seconds:
        return None
    return round(seconds[min(int(len(seconds) * share), len(seconds) - 1)] * 1_000, 1)

"""Codes that stand for something once, for five minutes."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from simulator.clock import Clock
from simulator.draws import Draws
from simulator.errors import ApiError

LIFE = dt.timedelta(minutes=5)
LENGTH = 32

Meaning = TypeVar("Meaning")


@dataclass
class _Minted(Generic[Meaning]):
    meaning: Meaning
    until: dt.datetime
    used: bool = False


class CodeBook(Generic[Meaning]):
    """One space of codes: a code of another book is unknown here.

    `errcode_used` is what a second use of a code is answered with.
    """

    def __init__(self, clock: Clock, draws: Draws, *, errcode_used: int) -> None:
        self._clock = clock
        self._draws = draws
        self._errcode_used = errcode_used
        self._minted: dict[str, _Minted[Meaning]] = {}

    def mint(self, meaning: Meaning) -> str:
        """Return a new code for `meaning`."""
        now = self._clock.now()
        self._minted = {
            code: known for code, known in self._minted.items() if now < known.until + LIFE
        }
        code = "0" + self._draws.text(LENGTH - 1)
        self._minted[code] = _Minted(meaning, now + LIFE)
        return code

    def redeem(self, code: str, fits: Callable[[Meaning], bool] = lambda _: True) -> Meaning:
        """Return what a code stands for, once, if that `fits` whoever asks; else it stays unused.

        A code of somebody else is answered as one that there is not: 40029.
        """
        known = self._minted.get(code)
        if known is None or self._clock.now() >= known.until:
            raise ApiError(40029)
        if known.used:
            raise ApiError(self._errcode_used)
        if not fits(known.meaning):
            raise ApiError(40029)
        known.used = True
        return known.meaning

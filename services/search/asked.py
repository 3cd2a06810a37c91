"""What was asked: the query in its parts, what it is limited to, how it is put as a question."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.search import grams, text
from services.search.text import Unit

Row = dict[str, Any]
# A query is held to so many of its parts.
UNITS_MAX = 8
# How people ask, beside what they ask for. Longer ones first.
ASKING = sorted(
    {
        *("怎么办", "怎么走", "怎么", "怎样", "如何", "什么", "为什么", "为何", "有什么", "什么是"),
        *("是什么", "哪里", "哪儿", "在哪里", "在哪", "去哪里", "去哪", "哪些", "有哪些", "哪个"),
        *("哪家", "哪几个", "多久", "要多久", "多长时间", "多少", "是多少", "几天", "有没有"),
        *("有无", "是不是", "能不能", "可不可以", "可以", "能否", "是否", "还是", "需要", "想要"),
        *("我想", "我要", "请问", "我的", "我们的", "我们", "你们", "你们的", "一下", "找谁", "谁"),
        *("应该", "关于", "介绍", "一些", "之后", "以后", "的", "了", "吗", "呢", "吧", "啊", "么"),
        *("想", "去", "请", "我", "你", "您", "哪"),
    },
    key=len,
    reverse=True,
)
ASKED = re.compile("|".join(ASKING))


@dataclass(frozen=True)
class Query:
    """A normalised query, or one in which a synonym replaced a term."""

    whole: str
    is_variant: bool = False

    @functools.cached_property
    def units(self) -> list[Unit]:
        """Return the parts that must be found."""
        return text.units(self.whole)

    @functools.cached_property
    def core(self) -> str:
        """Return the query without punctuation, as titles are compared with it."""
        return text.core(self.whole)

    @functools.cached_property
    def telling(self) -> list[Unit]:
        """Return the units without single characters, if there are others; not too many."""
        return ([unit for unit in self.units if not unit.is_lone] or self.units)[:UNITS_MAX]

    @functools.cached_property
    def subject(self) -> list[Unit]:
        """Return the telling units without the words by which people ask."""
        found = [
            Unit(part, is_han=True) if unit.is_han else unit
            for unit in self.units
            for part in (ASKED.split(unit.text) if unit.is_han else [unit.text])
            if part
        ]
        return [unit for unit in found if not unit.is_lone][:UNITS_MAX] or self.telling

    @property
    def plainly(self) -> str | None:
        """Return the one thing that a question is about, without the asking; else None."""
        return self.subject[0].text if self.is_question and len(self.subject) == 1 else None

    @property
    def is_question(self) -> bool:
        """Tell whether this is put as a question."""
        return any(unit.is_han and ASKED.search(unit.text) for unit in self.units)


@dataclass(frozen=True)
class Filters:
    """What hits are limited to; `track` is an id or a slug."""

    kind: str | None = None
    track: str | None = None

    @property
    def checks(self) -> tuple[Row, ...]:
        """Return the filters as conditions of a scan."""
        kind = [{"kind": self.kind}] if self.kind else []
        track = [{"tracks": self.track}] if self.track else []
        return (*kind, *track)

    @property
    def grams(self) -> list[str]:
        """Return the grams that everything within the filters has."""
        kind = [grams.KIND + self.kind] if self.kind else []
        return [*kind, grams.TRACK + self.track] if self.track else kind

    def admit(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row is within the filters."""
        return self._has_kind(row) and self._has_track(row)

    def _has_kind(self, row: Mapping[str, Any]) -> bool:
        return self.kind is None or row["kind"] == self.kind

    def _has_track(self, row: Mapping[str, Any]) -> bool:
        return self.track is None or self.track in row["tracks"]

"""What is written fits its model: everything else is refused by path, whatever it is."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.canonical import dump
from core.errors import AppError, Invalid
from core.messages import MESSAGES
from models.enums import Kind
from models.registry import CONTENT
from services import content, publishing, validation
from services.content import BOOKKEEPING
from tests.factories import ACTOR, create, dummy_fields, dummy_figure, maximal_fields

LINK = {"key": "a", "stage": "upstream", "name": "甲"}
HOURS = {"weekday": 1, "opens": "09:00", "closes": "17:00"}
WRONG: list[tuple[Kind, dict[str, Any], dict[str, str]]] = [
    (Kind.TRACKS, {"title": None}, {"title": "required"}),
    (Kind.TRACKS, {"title": ""}, {"title": "too_short"}),
    (Kind.TRACKS, {"title": "长" * 121}, {"title": "too_long"}),
    (Kind.TRACKS, {"title": 5}, {"title": "type"}),
    (Kind.TRACKS, {"title": {"$ne": 1}}, {"title": "type"}),
    (Kind.TRACKS, {"title": "a\x00b"}, {"title": "bad_text"}),
    (Kind.TRACKS, {"title": "\ud83d"}, {"title": "bad_text"}),
    (Kind.TRACKS, {"summary": "长" * 601}, {"summary": "too_long"}),
    (Kind.TRACKS, {"slug": "Not A Slug"}, {"slug": "format"}),
    (Kind.TRACKS, {"slug": "line\n"}, {"slug": "format"}),
    (Kind.TRACKS, {"slug": "a" * 81}, {"slug": "too_long"}),
    (Kind.TRACKS, {"slug": None}, {"slug": "required"}),
    (Kind.TRACKS, {"number": 0}, {"number": "out_of_range"}),
    (Kind.TRACKS, {"number": 10**30}, {"number": "out_of_range"}),
    (Kind.TRACKS, {"number": True}, {"number": "type"}),
    (Kind.TRACKS, {"number": "viele"}, {"number": "type"}),
    (Kind.TRACKS, {"number": []}, {"number": "type"}),
    (Kind.TRACKS, {"order": float("nan")}, {"order": "type"}),
    (Kind.TRACKS, {"order": float("inf")}, {"order": "type"}),
    (Kind.TRACKS, {"order": 10**400}, {"order": "type"}),
    (Kind.TRACKS, {"featured": "no"}, {"featured": "type"}),
    (Kind.TRACKS, {"featured": 1}, {"featured": "type"}),
    (Kind.TRACKS, {"track_class": "other"}, {"track_class": "choice"}),
    (Kind.TRACKS, {"place": "nowhere"}, {"place": "choice"}),
    (Kind.TRACKS, {"place": ["jiaozhou"]}, {"place": "type"}),
    (Kind.ROUTES, {"languages": ["en", ["en"]]}, {"languages.1": "type"}),
    (Kind.SITES, {"gate_needs": ["names", "identity_numbers"]}, {"gate_needs.1": "choice"}),
    (Kind.SITES, {"gate_needs": "names"}, {"gate_needs": "type"}),
    (Kind.SITES, {"gate_needs": ["names"] * 3}, {"gate_needs": "too_long"}),
    (Kind.TRACKS, {"tags": "abc"}, {"tags": "type"}),
    (Kind.TRACKS, {"tags": {"a": 1}}, {"tags": "type"}),
    (Kind.TRACKS, {"tags": ["a", None]}, {"tags.1": "type"}),
    (Kind.TRACKS, {"tags": ["a"] * 21}, {"tags": "too_long"}),
    (Kind.TRACKS, {"cover": "m1"}, {"cover": "type"}),
    (Kind.TRACKS, {"cover": {}}, {"cover.media": "required"}),
    (Kind.TRACKS, {"cover": {"media": "m", "x": 1}}, {"cover.x": "unknown_field"}),
    (Kind.TRACKS, {"cover": {"media": "m", "_cls": "Figure"}}, {"cover._cls": "unknown_field"}),
    (Kind.TRACKS, {"figures": [1]}, {"figures.0": "type"}),
    (Kind.TRACKS, {"figures": ["a", "b"]}, {"figures.0": "type", "figures.1": "type"}),
    (Kind.TRACKS, {"figures": [{"$gt": ""}]}, {"figures.0.$gt": "unknown_field"}),
    (Kind.TRACKS, {"figures": [dummy_figure(metric=None)]}, {"figures.0.metric": "required"}),
    (Kind.TRACKS, {"figures": [dummy_figure(value="many")]}, {"figures.0.value": "type"}),
    (Kind.TRACKS, {"figures": [dummy_figure(value="NaN")]}, {"figures.0.value": "type"}),
    (Kind.TRACKS, {"figures": [dummy_figure(value="Infinity")]}, {"figures.0.value": "type"}),
    (Kind.TRACKS, {"figures": [dummy_figure(value=float("nan"))]}, {"figures.0.value": "type"}),
    (Kind.TRACKS, {"figures": [dummy_figure(comparator="<")]}, {"figures.0.comparator": "choice"}),
    (Kind.TRACKS, {"figures": [dummy_figure(as_of="soon")]}, {"figures.0.as_of": "format"}),
    (Kind.TRACKS, {"figures": [dummy_figure(), dummy_figure()]}, {"figures": "not_unique"}),
    (Kind.TRACKS, {"chain": [{**LINK, "key": "a.b"}]}, {"chain.0.key": "format"}),
    (Kind.TRACKS, {"chain": [LINK, {**LINK, "name": "乙"}]}, {"chain": "not_unique"}),
    (Kind.ARTICLES, {"published_on": "2025-02-30"}, {"published_on": "format"}),
    (Kind.ARTICLES, {"published_on": 5}, {"published_on": "format"}),
    (Kind.SITES, {"opening_hours": [{**HOURS, "opens": "9"}]}, {"opening_hours.0.opens": "format"}),
    (Kind.SITES, {"location": {"lng": 1, "lat": float("nan")}}, {"location.lat": "type"}),
    (Kind.SITES, {"location": {"lng": 200, "lat": 1}}, {"location.lng": "out_of_range"}),
    (Kind.SITES, {"location": {"lng": 1, "lat": 1, "crs": "wgs84"}}, {"location.crs": "choice"}),
]  # fmt: skip
ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["2025-01-17", "en", "jiaozhou", "a" * 200, "\ud800", "\x00", "-0", "1E9"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["key", "media", "value", "metric", "$ne", "_cls", "a.b", "", "path"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)
WRITABLE = [
    (kind, name)
    for kind, model in CONTENT.items()
    for name in model._db_field_map.values()
    if name not in BOOKKEEPING
]


@pytest.mark.parametrize(("kind", "fields", "problems"), WRONG)
def test_what_does_not_fit_is_refused_by_its_path(
    kind: Kind, fields: dict[str, Any], problems: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        content.create(kind, dummy_fields(kind, **fields), actor=ACTOR)
    assert refused.value.fields == problems
    assert content.listing(kind) == []


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        create(Kind.TRACKS, title=None, number=0, figures=[dummy_figure(period=None)])
    assert refused.value.fields == {
        "title": "required",
        "number": "out_of_range",
        "figures.0.period": "required",
    }


def test_every_problem_has_its_text() -> None:
    assert set(validation.CODES.values()) | {"type", "bad_text", "not_unique"} <= set(MESSAGES)


def test_parts_of_different_lists_may_share_a_key() -> None:
    document = create(Kind.TRACKS, chain=[LINK], figures=[dummy_figure(key="a")])
    assert document.chain[0].key == document.figures[0].key


@pytest.mark.parametrize("kind", Kind)
def test_null_is_as_good_as_absent_where_nothing_is_required(kind: Kind) -> None:
    fields = maximal_fields(kind)
    optional = {name for name in fields if not CONTENT[kind]._fields[name].required}
    document = content.create(kind, {**fields, **dict.fromkeys(optional)}, actor=ACTOR)
    kept = {name for name, value in document.stored().items() if value not in (None, [])}
    assert not kept & optional


@settings(max_examples=200)
@given(st.sampled_from(WRITABLE), ANYTHING)
def test_whatever_is_sent_is_stored_readably_or_refused_in_words(
    place: tuple[Kind, str], value: Any
) -> None:
    kind, name = place
    fields = dummy_fields(kind, **({"edition": "0" * 16} if kind is Kind.CHAPTERS else {}))
    refused: AppError | None = None
    try:
        document = content.create(kind, {**fields, name: value}, actor=ACTOR)
    except AppError as error:
        refused = error
    if refused is None:
        read = content.get(kind, document.id)
        assert dump(read.stored())
        publishing.problems(read)
    else:
        assert refused.status in (400, 409)
        assert set(refused.fields.values()) <= set(MESSAGES)

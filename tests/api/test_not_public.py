"""What is not live is in no byte of any answer: every route, every state, both languages."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from core.clock import now
from models.content import Content
from models.enums import Kind, Language
from models.media_items import MediaKind
from models.registry import CONTENT
from models.search import SearchEntry
from models.snapshots import Snapshot, snapshot_key
from services import content, media_items, paths, publishing, sitemaps, translations
from services.actors import system
from tests.api import surface
from tests.api.surface import API, LISTED
from tests.factories import ACTOR, Fields, create_media, maximal_fields, publish

# The same lines again and again: that they run is seen elsewhere, and counting doubles the time.
pytestmark = pytest.mark.no_cover

MARKER = "leak7f3k"
LANGUAGES = ("zh-CN", "en")
PAGES_MAX = 200
HOUR = dt.timedelta(hours=1)


def _marked(value: Any, path: str) -> Any:
    """Return a maximal value with the marker in the place of every text."""
    if isinstance(value, dict):
        return {name: _marked(inner, f"{path}.{name}") for name, inner in value.items()}
    if isinstance(value, list):
        return [_marked(inner, f"{path}.{place}") for place, inner in enumerate(value)]
    is_text = isinstance(value, str) and value and path.startswith(value)
    return MARKER if is_text and not path.endswith((".media", ".key")) else value


def _fields(kind: Kind, *, only: tuple[str, ...] | None = None) -> Fields:
    """Return every field of a kind; texts (of the fields `only`) hold the marker."""
    fields = maximal_fields(kind)
    for name, value in fields.items():
        if only is None or name in only:
            fields[name] = _marked(value, name)
    return fields


def _create(kind: Kind, fields: Fields) -> Content:
    document = content.create(kind, fields, actor=system(MARKER))
    for media in set(media_items.used_by(document).values()):
        create_media(media, MediaKind.VIDEO)
    return document


def _translate(document: Content) -> Content:
    texts = translations.texts(document, Language.EN)
    english = {text.path: MARKER for text in texts}
    return content.translate(
        document.KIND, document.id, Language.EN, english, revision=document.revision, actor=ACTOR
    )


def _draft(kind: Kind) -> Content:
    return _translate(_create(kind, {**_fields(kind), "slug": _slug(kind)}))


def _slug(kind: Kind) -> str:
    return f"{MARKER}-{kind}-{now().timestamp():.6f}".replace(".", "")


def _publish(document: Content) -> Content:
    return publishing.publish(document.KIND, document.id, actor=system(MARKER))


def _scheduled(kind: Kind) -> Content:
    document = _draft(kind)
    return publishing.schedule(
        kind, document.id, revision=document.revision, publish_at=now() + HOUR, actor=ACTOR
    )


def _unpublished(kind: Kind) -> Content:
    return publishing.unpublish(kind, _publish(_draft(kind)).id, actor=ACTOR)


def _expired(kind: Kind) -> Content:
    return publishing.expire(kind, _publish(_draft(kind)).id, actor=ACTOR)


def _past_its_time(kind: Kind) -> Content:
    """Return an item whose time is over while no worker is there to take it offline."""
    document = _publish(_translate(_create(kind, _fields(kind))))
    key = {"_id": snapshot_key(kind, document.id)}
    change = {"$set": {"expire_at": now() - dt.timedelta(seconds=1)}}
    Snapshot.raw().update_one(key, change)
    SearchEntry._get_collection().update_one(key, change)
    return document


def _archived(kind: Kind) -> Content:
    return content.archive(kind, _unpublished(kind).id, actor=ACTOR)


def _edited(kind: Kind) -> Content:
    """Return a live item whose working copy was rewritten and translated since."""
    document = _publish(_create(kind, maximal_fields(kind)))
    changes = {name: value for name, value in _fields(kind).items() if name != "slug"}
    for name in ("edition", "parent"):
        changes.pop(name, None)
    changed = content.update(kind, document.id, changes, revision=document.revision, actor=ACTOR)
    return _translate(changed)


def _rewritten(kind: Kind) -> Content:
    """Return a live item whose earlier revision held something else."""
    document = _publish(_create(kind, _fields(kind)))
    clean = {name: value for name, value in maximal_fields(kind).items() if name != "slug"}
    for name in ("edition", "parent"):
        clean.pop(name, None)
    return publish(
        content.update(kind, document.id, clean, revision=document.revision, actor=ACTOR)
    )


def _internal(kind: Kind) -> Content:
    """Return a live item whose internal fields are filled."""
    document = _create(kind, _fields(kind, only=CONTENT[kind].INTERNAL))
    filled = {name: document.stored()[name] for name in CONTENT[kind].INTERNAL}
    assert (MARKER in str(filled)) is bool(CONTENT[kind].INTERNAL)
    return _publish(document)


def _linked(kind: Kind) -> Content:
    """Return a live item of which everything that it links to went offline."""
    fields = maximal_fields(kind)
    targets: dict[Kind, Content] = {}
    for pattern, target in CONTENT[kind].LINKS.items():
        if target not in targets:
            marked = {**_fields(target), "slug": _slug(target)}
            if target is Kind.CHAPTERS:
                marked["edition"] = targets[Kind.HANDBOOK].id
                del marked["parent"]
            targets[target] = _publish(_translate(_create(target, marked)))
        for path, _ in list(paths.expand(fields, pattern)):
            paths.put(fields, path, targets[target].id)
    document = _publish(_create(kind, fields))
    for target, offline in targets.items():
        publishing.unpublish(target, offline.id, actor=ACTOR)
    return document


STATES: tuple[Callable[[Kind], Content], ...] = (
    *(_draft, _scheduled, _unpublished, _expired, _past_its_time, _archived),
    *(_edited, _rewritten, _internal, _linked),
)


def _pages(client: FlaskClient, address: str) -> Iterator[bytes]:
    """Yield every page of a list, or the one answer of anything else."""
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        page = surface.adding(address, cursor=cursor) if cursor else address
        with client.get(page) as answer:
            assert answer.status_code in (200, 304, 404), page
            yield answer.data + str(answer.headers).encode()
            body = answer.get_json(silent=True)
        cursor = body.get("next_cursor") if isinstance(body, dict) else None
        if not cursor:
            return
    pytest.fail(f"{address} has no end")


def _addresses(rule: Rule, items: list[Content]) -> Iterator[str]:
    """Yield every address of a route that could show one of the items."""
    names = rule.rule.removeprefix(f"{API}/").split("/")
    arguments = set(rule.arguments)
    if not arguments:
        yield surface.path(rule)
        return
    if "kind" in arguments:
        yield from (surface.path(rule, kind=kind) for kind in Kind)
        return
    wanted = Kind.CHAPTERS if "chapter" in arguments else names[0]
    for item in items:
        for name in (item.id, item.slug):
            values = {"id_or_slug": name, "edition": name, "chapter": name}
            if wanted == item.KIND == Kind.CHAPTERS:
                values["edition"] = item.edition
            if wanted == item.KIND:
                yield surface.path(rule, **values)


def _check(client: FlaskClient, addresses: list[str]) -> int:
    """Look for the marker in what the addresses answer; return how many answers there were."""
    seen = 0
    for address in addresses:
        for language in LANGUAGES:
            for answer in _pages(client, surface.adding(address, lang=language)):
                seen += 1
                place = answer.find(MARKER.encode())
                # Whoever asks for a slug that holds the marker finds it in no answer either.
                assert place < 0, (address, language, answer[max(0, place - 80) : place + 80])
    return seen


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__.strip("_"))
def test_what_is_not_live_is_in_no_answer(
    app: Flask, client: FlaskClient, state: Callable[[Kind], Content]
) -> None:
    items = [state(kind) for kind in Kind]
    for kind in Kind:
        sitemaps.build(kind)
    addresses = [
        address
        for rule in surface.open_reads(app)
        if rule.endpoint != "restx_doc.static" and not rule.rule.startswith(surface.STAFF)
        for address in _addresses(rule, items)
    ]
    for kind in LISTED:
        addresses += [f"{API}/{kind}?limit=50", f"{API}/{kind}?tag={MARKER}"]
    addresses.append(f"{API}/search?q=title")
    assert _check(client, addresses) > len(addresses)


def test_the_search_finds_no_word_of_what_is_not_live(client: FlaskClient) -> None:
    for state in STATES:
        for kind in (Kind.CLUSTERS, Kind.CHAPTERS):
            state(kind)
    for language in LANGUAGES:
        for word in (MARKER, MARKER[:5], f"{MARKER} {MARKER}"):
            for path in ("search", "search/suggest"):
                query = {"q": word, "lang": language}
                answer = client.get(f"{API}/{path}", query_string=query)
                assert answer.status_code == 200
                assert answer.get_json()["items"] == [], (path, word)


@pytest.mark.parametrize("kind", list(Kind))
def test_the_marker_is_seen_where_it_is_public(client: FlaskClient, kind: Kind) -> None:
    item = _publish(_draft(kind))
    path = f"handbook/{item.edition}/chapters" if kind is Kind.CHAPTERS else kind
    for language in LANGUAGES:
        answer = client.get(f"{API}/{path}/{item.id}?lang={language}")
        texts = CONTENT[kind].TRANSLATABLE
        assert answer.text.count(MARKER) > len(texts), "otherwise these tests show nothing"


def _listed(client: FlaskClient, kind: Kind) -> set[str]:
    answer = client.get(f"{API}/sitemaps/{kind}")
    return {one["id"] for one in answer.get_json()["items"]} if answer.status_code == 200 else set()


def test_a_sitemap_lists_nothing_that_is_past_its_time(client: FlaskClient) -> None:
    item = _past_its_time(Kind.TRACKS)
    sitemaps.build(Kind.TRACKS)
    assert item.id not in _listed(client, Kind.TRACKS)


def test_a_sitemap_lists_nothing_that_went_offline_since_it_was_made(client: FlaskClient) -> None:
    live, offline = (_publish(_draft(Kind.TRACKS)) for _ in range(2))
    sitemaps.build(Kind.TRACKS)
    assert {live.id, offline.id} <= _listed(client, Kind.TRACKS)
    publishing.unpublish(Kind.TRACKS, offline.id, actor=ACTOR)
    found = _listed(client, Kind.TRACKS)
    assert live.id in found
    assert offline.id not in found

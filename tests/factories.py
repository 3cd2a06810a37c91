"""Content for tests: `dummy_x` returns fields, `create_x` writes a draft, `publish` makes it live.

Everything is plainly fictitious.
"""

import functools
import itertools
from typing import Any

import mongoengine as me
from flask import Flask
from flask.testing import FlaskClient

from core.clock import now
from core.ids import new_id
from models.content import Content
from models.enums import Kind
from models.media_items import MediaItem, MediaKind, MediaRole, MediaSource
from models.parts import ExactField
from models.registry import CONTENT
from models.staff import Role, SessionStage, Staff
from rest import staff_session
from services import changes, content, media_items, paths, publishing
from services.actors import system
from services.staff import passwords, sessions, totp

ACTOR = system("test")
PASSWORD = "kite over quiet water 7"
CALLER = sessions.Caller("127.0.0.1", "test", "test-request")
_numbers = itertools.count(1)
Fields = dict[str, Any]


def dummy_figure(**changes: Any) -> Fields:
    """Return a complete figure."""
    figure = {
        "key": "scale",
        "metric": "产业规模",
        "value": "500",
        "comparator": "gt",
        "unit": "亿元",
        "period": "2025年底",
        "kind": "target",
        "place": "jiaozhou",
        "source": "测试文件",
    }
    return {**figure, **changes}


def dummy_fields(kind: Kind, **changes: Any) -> Fields:
    """Return the fields that a kind needs at least, with a fresh slug."""
    slug = f"{kind.value.rstrip('s')}-{new_id()}"
    required: dict[Kind, Fields] = {
        Kind.TRACKS: {"number": 1, "track_class": "breakthrough"},
        Kind.PROJECTS: {"stage": "open"},
        Kind.ROUTES: {},
        Kind.SITES: {"site_type": "park"},
        Kind.FILMS: {"language": "zh-CN", "video": {"media": "test-film"}},
        Kind.VENUES: {},
        Kind.HANDBOOK: {"year": 2025},
        Kind.CHAPTERS: {"number": "1"},
        Kind.CLUSTERS: {},
        Kind.ARTICLES: {"article_type": "news", "published_on": "2025-01-17"},
        Kind.FAQS: {"answer": "<p>测试回答</p>", "topic": "测试", "topic_key": "test"},
    }
    return {"slug": slug, "title": f"测试 {slug}", **required[kind], **changes}


def create(kind: Kind, **changes: Any) -> Content:
    """Write a draft of a kind, with what it must link to."""
    if kind is Kind.ROUTES and "stops" not in changes:
        changes["stops"] = dummy_stops()
    if kind is Kind.CHAPTERS and "edition" not in changes:
        changes["edition"] = create_live(Kind.HANDBOOK).id
    if kind is Kind.FILMS:
        create_media("test-film", MediaKind.VIDEO)
    return content.create(kind, dummy_fields(kind, **changes), actor=ACTOR)


def create_live(kind: Kind, **changes: Any) -> Content:
    """Write an item of a kind and publish it."""
    return publish(create(kind, **changes))


def publish(document: Content) -> Content:
    """Make a document live."""
    return publishing.publish(document.KIND, document.id, actor=ACTOR)


def dummy_stops(count: int = 2) -> list[Fields]:
    """Return stops at fresh live sites."""
    return [
        {
            "key": f"stop-{number}",
            "site": create_live(Kind.SITES).id,
            "title": f"测试点位 {number}",
            "dwell_minutes": 30,
            "travel_minutes": 0 if number == count else 10,
            "x": number / (count + 1),
            "y": 0.5,
        }
        for number in range(1, count + 1)
    ]


def create_media(identity: str, kind: MediaKind = MediaKind.IMAGE) -> MediaItem:
    """Register a media item; its file does not exist."""
    source = MediaSource(
        role=MediaRole.PICTURE,
        key=f"public/test/{identity}.bin",
        type="application/octet-stream",
        size=1,
    )
    return media_items.register(
        MediaItem(id=identity, kind=kind, alt="测试", sources=[source], sha256="0" * 64)
    )


def create_maximal(kind: Kind) -> Content:
    """Write a draft in which every field of the kind is filled, with what it refers to."""
    document = content.create(kind, maximal_fields(kind), actor=ACTOR)
    create_media("poster")
    for media in set(media_items.used_by(document).values()):
        media_items.register(
            MediaItem(
                id=media,
                kind=MediaKind.VIDEO,
                alt=f"alt of {media}",
                width=1920,
                height=1080,
                duration=12.5,
                poster="poster",
                demo=True,
                sources=[
                    MediaSource(
                        role=MediaRole.PICTURE,
                        key=f"public/test/{media}.mp4",
                        type="video/mp4",
                        width=1920,
                        size=1,
                    )
                ],
                sha256="0" * 64,
            )
        )
    return document


def maximal_fields(kind: Kind) -> Fields:
    """Return every field that staff can fill in; each text is the path where it stands.

    Links lead to fresh live items, one of each kind.
    """
    model = CONTENT[kind]
    fields = {
        name: _filled(field, name)
        for name, field in model._fields.items()
        if field.db_field not in changes.BOOKKEEPING and name != "translations"
    }
    fields["slug"] = f"maximal-{new_id()}"

    @functools.cache
    def live(target: Kind) -> str:
        same = {"edition": live(Kind.HANDBOOK)} if target is Kind.CHAPTERS else {}
        return str(create_live(target, **same).id)

    for pattern, target in model.LINKS.items():
        for path, _ in list(paths.expand(fields, pattern)):
            paths.put(fields, path, live(target))
    return fields


def _filled(field: Any, path: str) -> Any:
    if isinstance(field, me.ListField):
        return [_filled(field.field, f"{path}.{number}") for number in range(2)]
    if isinstance(field, me.EmbeddedDocumentField):
        inner = field.document_type._fields
        return {name: _filled(one, f"{path}.{name}") for name, one in inner.items()}
    if isinstance(field, me.EnumField):
        return next(iter(field._enum_cls)).value
    if isinstance(field, me.URLField):
        return "https://example.org/"
    if isinstance(field, me.StringField):
        return _text(field, path)
    if isinstance(field, me.BooleanField):
        return True
    if isinstance(field, (me.IntField, me.FloatField)):
        return field.min_value or 1
    if isinstance(field, ExactField):
        return "12.5"
    if isinstance(field, me.DateField):
        return "2025-01-17"
    message = f"no value for {path}"
    raise TypeError(message)


def _text(field: Any, path: str) -> str:
    if path.endswith((".opens", ".closes")):
        return "09:00"
    text = path.replace(".", "-") if path.endswith(".key") else path
    return text[: field.max_length]


@functools.cache
def password_hash() -> str:
    """Return the hash of `PASSWORD`: made once, because that is slow on purpose."""
    return passwords.hashed(PASSWORD)


def create_staff(*roles: Role, second_factor: bool = True, **changes: Any) -> Staff:
    """Write an account that is ready to work: password changed, second factor set up."""
    staff_id = new_id()
    fields = {
        "id": staff_id,
        "username": f"tester{next(_numbers)}",
        "name": "测试人员",
        "roles": list(roles) or [Role.EDITOR],
        "password_hash": password_hash(),
        "must_change_password": False,
        **changes,
    }
    account = Staff(**fields)
    if second_factor:
        account.totp = totp.offered(totp.new_secret(), staff_id)
        account.totp.confirmed_at = now()
    account.save(force_insert=True)
    return account


def staff_client(app: Flask, *roles: Role, account: Staff | None = None) -> FlaskClient:
    """Return a client that is signed in with these roles and sends the session's CSRF token."""
    account = account or create_staff(*roles)
    token = sessions.start(account, SessionStage.FULL, CALLER)
    client = app.test_client()
    client.set_cookie(staff_session.COOKIE, token, path="/")
    client.environ_base["HTTP_X_CSRF_TOKEN"] = staff_session.csrf_token(token)
    return client

"""Keys of personal data: found to be wrong at the start, and replaced without losing anything."""

import dataclasses
from collections.abc import Callable, Iterator

import pytest

import application
from core.db import database
from core.environment import SettingsError
from core.sealing import SealingError, key_id
from core.settings import Settings
from models.bookings import Booking
from models.data_keys import DataKey
from models.guides import Guide
from models.held_texts import HeldText
from models.idempotency import IdempotentAnswer
from models.notifications import CallTask, Event, InboxEntry
from models.questions import Question
from models.registry import DOCUMENTS
from models.visitors import EmailCode, Visitor
from models.visits import Visit
from models.wechat_pushes import WechatPush
from models.wechat_tokens import WechatToken
from services import notifications, personal_data
from services.notifications import ToContact
from tests.apps import make_app

OTHER = "another-key-only-for-tests-" * 2
Use = Callable[..., None]


@pytest.fixture
def use(settings: Settings) -> Iterator[Use]:
    """Return what gives this process other keys; the usual ones come back."""

    def change(current: str, *former: str) -> None:
        keys = {"personal_data_key": current, "personal_data_old_keys": former}
        application.wire(dataclasses.replace(settings, **keys))

    yield change
    application.wire(settings)


@pytest.fixture
def own(settings: Settings) -> str:
    """The usual key."""
    return settings.personal_data_key


def write(number: int) -> str:
    visitor = Visitor()
    told = {
        "name": f"测试 {number}",
        "email": f"guest{number}@example.org",
        "phone": f"+86{number}",
    }
    row = {**visitor.to_mongo(), **personal_data.sealed(Visitor, visitor.id, told)}
    Visitor._get_collection().insert_one(row)
    return str(visitor.id)


def read(visitor_id: str) -> list[str | None]:
    visitor = Visitor.objects.get(id=visitor_id)
    return [personal_data.opened(visitor, name) for name in ("name", "email", "phone")]


def nothing(_done: int) -> None:
    """Tell nobody."""


def sealed_values() -> list[str]:
    """Return every stored value of a sealed or indexed field, whatever its collection."""
    return [
        row[name]
        for document in personal_data.SEALED_DOCUMENTS
        for row in document._get_collection().find()
        for name in (*document.SEALED, *document.INDEXED)
        if row.get(name)
    ]


def test_whatever_is_sealed_takes_part() -> None:
    sealed = {document for document in DOCUMENTS if hasattr(document, "SEALED")}
    assert sealed == {
        *(Visitor, EmailCode, CallTask, InboxEntry, HeldText, WechatToken, IdempotentAnswer),
        *(Booking, Guide, Question, Visit, WechatPush),
    }
    for document in sealed:
        assert set(document.SEALED) | set(document.INDEXED) <= set(document._fields)
        assert set(document.INDEXED.values()) <= set(document.SEALED)


def test_a_value_belongs_to_its_document_and_field() -> None:
    one, two = write(1), write(2)
    row = Visitor._get_collection().find_one({"_id": one})
    assert row is not None
    Visitor._get_collection().update_one({"_id": two}, {"$set": {"name": row["name"]}})
    with pytest.raises(SealingError):
        read(two)
    Visitor._get_collection().update_one({"_id": one}, {"$set": {"email": row["name"]}})
    with pytest.raises(SealingError):
        read(one)


def test_rotation_leaves_nothing_under_the_old_key(use: Use, own: str) -> None:
    ids = [write(number) for number in range(5)]
    before = [read(one) for one in ids]
    contact = ToContact("测试来电者", "+8613800138000")
    notifications.notify(Event.MESSAGE, contact, {"title": "x", "text": "x"}, "key")
    use(OTHER, own)
    assert [read(one) for one in ids] == before, "former keys open"
    assert personal_data.rotate(nothing) == 6
    assert {key_id(value) for value in sealed_values()} == {personal_data.keyring().current_id}
    assert [row["_id"] for row in DataKey._get_collection().find()] == [
        personal_data.keyring().current_id
    ]
    assert personal_data.rotate(nothing) == 0
    use(OTHER)
    assert [read(one) for one in ids] == before
    condition = {"email_index": personal_data.indexed("email", "guest3@example.org")}
    assert Visitor.objects.get(__raw__=condition).id == ids[3]


def test_a_rotation_that_was_stopped_goes_on_where_it_was(use: Use, own: str) -> None:
    ids = [write(number) for number in range(6)]
    use(OTHER, own)

    def stop(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        personal_data.rotate(stop)
    assert len([key for key in map(key_id, sealed_values()) if key]) == 30
    assert sorted(personal_data.usage().values()) == [6, 12]
    assert [read(one)[0] for one in ids] == [f"测试 {number}" for number in range(6)]
    assert personal_data.rotate(nothing) == 4
    assert sorted(personal_data.usage().values()) == [0, 18]


def test_what_changes_while_rotating_is_not_overwritten(use: Use, own: str) -> None:
    ids = sorted(write(number) for number in range(2))
    use(OTHER, own)

    def change(done: int) -> None:
        if done == 1:  # the first is done, the second was read already or comes next
            fresh = personal_data.sealed(Visitor, ids[1], {"name": "新的"})
            Visitor._get_collection().update_one({"_id": ids[1]}, {"$set": fresh})

    personal_data.rotate(change)
    assert read(ids[1])[0] == "新的"
    assert {key_id(value) for value in sealed_values()} == {personal_data.keyring().current_id}


def test_a_wrong_key_stops_the_start_and_names_what_is_missing(
    use: Use, own: str, settings: Settings
) -> None:
    personal_data.check_keys()
    needed = personal_data.keyring().current_id
    wrong = dataclasses.replace(settings, personal_data_key=OTHER)
    try:
        with pytest.raises(SettingsError, match="set PERSONAL_DATA_KEY") as refused:
            make_app(wrong)
    finally:
        application.wire(settings)
    assert needed in str(refused.value)
    assert own not in str(refused.value)
    use(OTHER, own)
    personal_data.check_keys()
    assert DataKey.objects.count() == 2


def test_a_database_that_is_away_does_not_stop_the_start(settings: Settings) -> None:
    away = dataclasses.replace(
        settings, mongodb_uri="mongodb://127.0.0.1:1/?replicaSet=x", mongodb_timeout_ms=300
    )
    try:
        app = make_app(away)
        assert app.test_client().get("/healthz").status_code == 200
    finally:
        application.wire(settings)


def test_no_plain_value_of_a_sealed_field_is_anywhere(own: str) -> None:
    write(7)
    dumped = str([list(database()[name].find()) for name in database().list_collection_names()])
    assert "测试 7" not in dumped
    assert "guest7@example.org" not in dumped
    assert own not in dumped

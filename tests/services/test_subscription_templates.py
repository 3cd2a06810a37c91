"""Templates in the settings: what is wrong stops the start, each mistake named."""

import json
from collections.abc import Iterator

import pytest

from core.environment import SettingsError
from core.settings import Settings, load
from models.notifications import Event
from services.notification_texts import Message
from services.subscriptions import templates

LONGEST = "请补充来访人员姓名、车牌号（入场需要）。"
GOOD = {"template": "abc", "page": "pages/inbox/index", "fields": {"thing1": "{title}"}}


@pytest.fixture(autouse=True)
def restored(settings: Settings) -> Iterator[None]:
    yield
    templates.configure(settings)


def configure(environ: dict[str, str], told: object) -> None:
    text = told if isinstance(told, str) else json.dumps(told)
    templates.configure(load({**environ, "WECHAT_TEMPLATES": text}))


def test_none_are_needed(environ: dict[str, str]) -> None:
    configure(environ, "")
    assert templates.of(Event.MESSAGE) is None
    assert templates.all_of() == {}


def test_an_event_is_told_by_its_template(environ: dict[str, str]) -> None:
    page = "pages/inbox/index?title={title}"
    fields = {"thing1": "{title}", "thing2": "{text}", "phrase3": "已更改"}
    configure(environ, {"message": {**GOOD, "page": page, "fields": fields}})
    template = templates.of(Event.MESSAGE)
    assert template is not None
    data = {"title": "测试", "text": "字" * 30}
    filled = template.filled(data, Message("测试", "字" * 30))
    assert filled == {"thing1": "测试", "thing2": "字" * 19 + "…", "phrase3": "已更改"}
    assert template.leads_to(data) == "pages/inbox/index?title=测试"
    assert templates.all_of() == {"abc": [Event.MESSAGE]}


def test_the_remark_has_room_for_what_a_gate_needs(environ: dict[str, str]) -> None:
    configure(environ, {"reminder_day": {**GOOD, "fields": {"thing1": "{missing}"}}})
    template = templates.of(Event.REMINDER_DAY)
    assert template is not None
    for missing, shown in (("", "-"), (LONGEST, LONGEST)):
        assert template.filled({"missing": missing}, Message("", "")) == {"thing1": shown}


def test_a_field_that_cannot_be_filled_leaves_the_message_unsent(environ: dict[str, str]) -> None:
    configure(environ, {"message": {**GOOD, "fields": {"number1": "{title}"}}})
    template = templates.of(Event.MESSAGE)
    assert template is not None
    assert template.filled({"title": "测试"}, Message("测试", "")) is None


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ("{", "is not a JSON object"),
        ([], "is not a JSON object"),
        ({"wedding": GOOD}, "wedding: there is no such event"),
        ({"message": "abc"}, "message: takes fields, page, template"),
        ({"message": {**GOOD, "colour": "red"}}, "message: takes fields, page, template"),
        ({"message": {**GOOD, "template": ""}}, "message: template is not set"),
        ({"message": {**GOOD, "fields": {}}}, "message: fields is not set"),
        ({"message": {**GOOD, "fields": {"voice1": "{title}"}}}, "voice1 is no keyword"),
        ({"message": {**GOOD, "fields": {"thing": "{title}"}}}, "thing is no keyword"),
        ({"message": {**GOOD, "fields": {"thing1": 5}}}, "thing1 is no text with {names}"),
        ({"message": {**GOOD, "fields": {"thing1": "{"}}}, "thing1 is no text with {names}"),
        ({"message": {**GOOD, "fields": {"thing1": "{}"}}}, "thing1 is no text with {names}"),
        ({"message": {**GOOD, "fields": {"thing1": "{0.a}"}}}, "thing1 is no text with {names}"),
        (
            {"message": {**GOOD, "fields": {"thing1": "{when}"}}},
            "thing1 names {when}, which",
        ),
        ({"phone_changed": {**GOOD, "page": "p?{text}"}}, "page names {text}, which is not told"),
    ],
)
def test_mistakes_are_named(environ: dict[str, str], told: object, named: str) -> None:
    with pytest.raises(SettingsError) as refused:
        configure(environ, told)
    assert str(refused.value).startswith("WECHAT_TEMPLATES ")
    assert named in str(refused.value)


def test_all_mistakes_are_named_at_once(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refused:
        configure(environ, {"wedding": GOOD, "message": {**GOOD, "template": 1}})
    assert "wedding" in str(refused.value)
    assert "message: template" in str(refused.value)

"""Texts that callers read: both languages, and every code in the sources has them."""

import ast
import functools
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import errors, messages
from core.messages import EN, MESSAGES, ZH

PROJECT = Path(__file__).resolve().parents[2]
LAYERS = (
    "core",
    "models",
    "services",
    "schemas",
    "rest",
    "api",
    "admin",
    "jobs",
    "cli",
    "media",
    "wechat",
)
ERRORS = {
    name: found
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, errors.AppError)
}
# Where texts stand; all others use them.
TEXTS = ("core/messages.py", "core/media_messages.py", "core/booking_messages.py")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@functools.cache
def sources() -> list[tuple[str, ast.Module]]:
    return [
        (str(path.relative_to(PROJECT)), ast.parse(path.read_text()))
        for layer in LAYERS
        for path in sorted((PROJECT / layer).rglob("*.py"))
    ]


def calls(names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    """Yield (where, call) of every call of one of `names` in the sources."""
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                called = node.func.id if isinstance(node.func, ast.Name) else called
                if called in names:
                    yield f"{path}:{node.lineno}", node


def texts_in(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """Yield (where, code, names of parameters) of each error that is made with a code."""
    for where, call in calls(set(ERRORS)):
        if call.args and isinstance(call.args[0], ast.Constant):
            yield where, str(call.args[0].value), {one.arg for one in call.keywords if one.arg}


def field_codes() -> Iterator[tuple[str, str]]:
    """Yield (where, code) of what is said to be wrong with a field."""
    for where, call in calls(set(ERRORS)):
        for keyword in call.keywords:
            if keyword.arg == "fields":
                given = keyword.value
                values = given.values if isinstance(given, ast.Dict) else []
                if isinstance(given, ast.Call):  # dict.fromkeys(names, code)
                    values = given.args[1:]
                for value in values:
                    yield from ((where, text) for text in texts_in(value))
    for where, call in calls({"ValidationError"}):
        yield from ((where, text) for text in texts_in(ast.List(call.args[:1])))
    for where, call in calls({"Length", "Range", "Regexp", "OneOf"}):
        for keyword in call.keywords:
            if keyword.arg == "error":
                yield from ((where, text) for text in texts_in(keyword.value))


def problem_codes() -> Iterator[tuple[str, str]]:
    """Yield (where, code) of what the `problems` functions of the rules give."""
    for path, tree in sources():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and function.name == "problems":
                for node in ast.walk(function):
                    value = node.value if isinstance(node, ast.Assign | ast.Return) else None
                    values = value.values if isinstance(value, ast.Dict) else [value]
                    for one in values:
                        head = one.elts[0] if isinstance(one, ast.Tuple) and one.elts else one
                        if isinstance(head, ast.Constant) and isinstance(head.value, str):
                            yield f"{path}:{node.lineno}", head.value


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_has_a_chinese_and_an_english_text() -> None:
    wrong = [
        code
        for code, (chinese, english) in MESSAGES.items()
        if not CHINESE.search(chinese) or CHINESE.search(english) or not english.strip()
    ]
    assert wrong == []


def test_both_texts_of_a_code_use_the_same_parameters() -> None:
    texts = MESSAGES.items()
    assert [code for code, (zh, en) in texts if placeholders(zh) != placeholders(en)] == []


def test_every_raised_code_has_its_text_and_its_parameters() -> None:
    found = list(raised())
    assert len(found) > 10
    missing = [(where, code) for where, code, _ in found if code not in MESSAGES]
    assert missing == []
    short = [
        (where, code) for where, code, given in found if placeholders(MESSAGES[code][0]) - given
    ]
    assert short == []


@pytest.mark.parametrize("scan", [field_codes, problem_codes])
def test_every_code_of_a_field_has_its_text(scan: object) -> None:
    found = list(scan())  # type: ignore[operator]
    assert len(found) > 3
    assert [(where, code) for where, code in found if code not in MESSAGES] == []


def test_no_text_is_left_over() -> None:
    trees = [tree for path, tree in sources() if path not in TEXTS]
    used = {text for tree in trees for text in texts_in(tree)}
    assert sorted(code for code in MESSAGES if code not in used) == []


@pytest.mark.parametrize("kind", ERRORS.values())
def test_every_kind_of_error_has_a_text_and_a_failing_status(kind: type[errors.AppError]) -> None:
    assert messages.has(kind.default_code)
    assert kind().code == kind.default_code
    assert 400 <= kind.status < 600


def test_an_error_carries_what_the_answer_needs() -> None:
    error = errors.Conflict("stale_revision", retry_after_s=3, current=5, given=4)
    assert (error.code, error.status, error.retry_after_s) == ("stale_revision", 409, 3)
    assert messages.text(error.code, EN, error.params) == (
        "This is at revision 5 now; yours is based on 4"
    )


def test_chinese_is_spoken_unless_english_is_asked_for() -> None:
    assert messages.text("required", ZH) == "必填"
    assert messages.text("required", "fr") == "必填"
    assert messages.text("required", EN) == "Required"


def test_what_fills_a_text_is_not_taken_for_a_template() -> None:
    said = messages.text("slug_taken", ZH, {"slug": "{slug}"})
    assert said == "标识“{slug}”已被使用"


def test_an_unknown_code_is_known_to_be_unknown() -> None:
    assert not messages.has("no_such_code")

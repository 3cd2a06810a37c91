"""Deeply nested markup: refused before it costs time, and nothing else is refused."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Unprocessable
from models.enums import Kind, Language
from models.parts import BODY_MAX
from services import content, rich_text
from services.nesting import DEPTH_MAX, REPEATS_MAX, UNCLEAR_MAX, is_excessive
from services.rich_text import TAGS
from tests.factories import ACTOR, create

ALLOWED = [
    "<p>段</p>" * 20_000,
    "<p>段" * 20_000,
    "<ul>" + "<li>条" * 20_000 + "</ul>",
    "<p><strong>重点</strong>与<em>强调</em><br></p>" * 3_000,
    "<table>" + "<tr><td>甲</td><td>乙</td></tr>" * 5_000 + "</table>",
    "<div>" * DEPTH_MAX + "</div>" * DEPTH_MAX,
    ("<ul><li>" * 40 + "</li></ul>" * 40) * 100,
    "<!--StartFragment--><!--[if gte mso 9]><xml><a></xml><![endif]-->" + "<p>段</p>" * 5_000,
    "<style>p {color: red}</style>" + "<p>段</p>" * (UNCLEAR_MAX - 1),
    '<P CLASS=x title="甲 &gt; 乙"\n>段</P >' * 5_000,
    "1 < 2 且 3 > 2，<3 " * 5_000,
]
# Each of these takes a parser by the square of its length, or makes it repeat itself.
UNITS = [
    *("<ul><li>", "<div>", "<p><b>x", "<b><div></b>", "<table><tr><td>", "<strong title=x>"),
    *("<div><!--</div>-->", '<div title="</div>">', "<div title='</div>'>", "<div '></div>"),
    *("<svg><![CDATA[></svg>]]>", "<ul><table><tr><td></ul>", "<textarea></b></textarea><b>"),
    *("<script><!--</script><div>", "<select><style></select><div>", "<lin\u212a>"),
    *("<div><!--></div><!-->", "<div><!--->--></div>", "<div></div x=<>", "<div></\u0131></div/<"),
]
PIECES = st.sampled_from(
    [f"<{tag}>" for tag in sorted(TAGS)]
    + [f"</{tag}>" for tag in sorted(TAGS)]
    + [f"{start}{tag}>" for start in ("<", "</") for tag in ("svg", "select", "template", "b")]
    + [f"{start}{tag}>" for start in ("<", "</") for tag in ("script", "style", "textarea", "div")]
    + ["<!--", "-->", "--!>", "<!-->", "<![CDATA[", "]]>", "<p title='", "'>", '<p title="', '">']
    + ["<", ">", "</", "x", " ", "/", "="]
)


def depth(html: str) -> int:
    """Return how deeply cleaned, hence well-formed, markup is nested."""
    deepest = level = 0
    for end, name in re.findall(r"<(/?)(\w+)", html):
        if name not in {"br", "hr", "img"}:
            level += -1 if end else 1
            deepest = max(deepest, level)
    return deepest


@pytest.mark.parametrize("html", ALLOWED, ids=range(len(ALLOWED)))
def test_long_texts_of_usual_markup_are_taken(html: str) -> None:
    assert not is_excessive(html)


@pytest.mark.parametrize("unit", UNITS)
def test_what_adds_up_is_refused(unit: str) -> None:
    assert is_excessive(unit * (BODY_MAX // len(unit)))


@pytest.mark.parametrize("count", [2, 20, 90])
def test_formatting_left_open_is_refused_before_it_is_repeated_all_over(count: int) -> None:
    opened = "".join(f'<strong title="{number}">' for number in range(count))
    assert is_excessive(f"<p>{opened}</p>" + "<p>x</p>" * REPEATS_MAX)


def test_one_level_too_many_is_refused_in_the_words_of_the_field() -> None:
    deep = "<div>" * (DEPTH_MAX + 1)
    with pytest.raises(Unprocessable) as refused:
        create(Kind.FAQS, answer=deep)
    assert refused.value.fields == {"answer": "markup_too_deep"}
    document = create(Kind.FAQS, answer="<p>答</p>")
    with pytest.raises(Unprocessable) as refused:
        content.translate(
            Kind.FAQS, document.id, Language.EN, {"answer": deep}, revision=1, actor=ACTOR
        )
    assert refused.value.fields == {"answer": "markup_too_deep"}
    entry = {"language": "en", "path": "answer", "text": deep}
    with pytest.raises(Unprocessable) as refused:
        content.update(Kind.FAQS, document.id, {"translations": [entry]}, revision=1, actor=ACTOR)
    assert refused.value.fields == {"translations.0.text": "markup_too_deep"}


@pytest.mark.parametrize("unit", ["<", "<!--", "<a ", "<a b='", "</p>", "<p x=1 ", "<br>", "--!>"])
def test_telling_takes_time_in_proportion_to_the_length(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        began = time.process_time()
        is_excessive(text)
        return time.process_time() - began

    # By the square it would be 256 times as much; the least of three leaves out a busy moment.
    short, long = (min(seconds(n) for _ in range(3)) for n in (BODY_MAX // 4, 4 * BODY_MAX))
    assert long < 80 * short + 0.05


@settings(max_examples=150)
@given(st.lists(PIECES, min_size=1, max_size=8).map("".join))
def test_no_mixture_of_markup_nests_deeper_than_it_was_told(unit: str) -> None:
    html = unit * 3_000
    if not is_excessive(html):
        assert depth(rich_text._allowed(html)) < 3 * UNCLEAR_MAX

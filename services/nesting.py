"""How deeply markup is nested, told in one pass before a parser sees it.

A browser's parser, and so the one that cleans rich text, takes time by the square of the depth, and
repeats in each paragraph every <b> that was left open in an earlier one. Here tags are only
counted. The count is never below what a parser makes of them; it is exact for well-formed markup.
"""

import re

DEPTH_MAX = 100
# From the first tag on whose extent is not plain to see, every start tag counts as left open.
UNCLEAR_MAX = 500
# The sum, over all tags, of how many FORMATTING ones are open there.
REPEATS_MAX = 50_000

TOKEN = re.compile(
    r"""
    <!--(?!-?>)[\s\S]*?(?:--!?>|\Z)
    | <(?=[a-zA-Z/!?])
    (?:
        (?P<end>/?)(?P<name>[a-zA-Z][\w:.-]*+)
        (?:[ \t\r\n]++[\w:.-]++(?:=(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=`]++))?+)*+
        [ \t\r\n]*+/?>
    )?+
    """,
    re.VERBOSE | re.ASCII,
)
START = re.compile(r"<[a-zA-Z]")
VOID = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr"),
    }
)
# A second one ends the first: their end tags may be left out.
ENDED_BY_NEXT = frozenset({"p", "li", "tr", "td", "th"})
FORMATTING = frozenset(
    {
        *("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong"),
        *("tt", "u"),
    }
)
# What is within them is not read as tags everywhere.
UNCLEAR = frozenset(
    {
        *("iframe", "math", "noembed", "noframes", "noscript", "plaintext", "script", "select"),
        *("style", "svg", "template", "textarea", "title", "xmp"),
    }
)


def is_excessive(html: str) -> bool:
    """Tell whether tags are nested, or left open, to an extent that costs a parser its time."""
    opened: list[str] = []
    formatting = repeats = 0
    for token in TOKEN.finditer(html):
        if token[0].startswith("<!--"):
            continue
        name = (token["name"] or "").lower()
        if not name or name in UNCLEAR:
            return len(START.findall(html, token.start())) > UNCLEAR_MAX
        if token["end"]:
            if opened[-1:] == [name]:
                opened.pop()
                formatting -= name in FORMATTING
        elif name not in VOID and not (name in ENDED_BY_NEXT and opened[-1:] == [name]):
            opened.append(name)
            formatting += name in FORMATTING
        repeats += formatting
        if len(opened) > DEPTH_MAX or repeats > REPEATS_MAX:
            return True
    return False

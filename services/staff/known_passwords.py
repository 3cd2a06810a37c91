"""Passwords that are guessed first: the commonest, with the usual disguises, and our own names."""

import re
from collections.abc import Iterable

# What people choose most, in China and elsewhere, as `_cores` reduces a password.
_WORDS = """
    password passwd passwort pass admin administrator root user guest test tester default
    welcome login master superman batman dragon monkey shadow sunshine princess football baseball
    iloveyou letmein trustno abc abcd abcdef abcdefg abcdefgh abcdefghijkl letmeinplease
    qwerty qwertyuiop qwertyui qwert asdf asdfgh asdfghjkl asdfghjk zxcvbn zxcvbnm qazwsx qazwsxedc
    qweasd qweasdzxc qweasdzxcv qwerasdf asdfzxcv qazxsw wsxedc changeme changethis secret
    temp temporary hello computer internet server database system manager office company business
    china zhongguo qingdao jiaozhou shandong beijing shanghai xihaian huangdao chengyang
    woaini woaiwojia woaizhongguo wodemima mima zhengfu zhengwu zhaoshang touzi caonima nihao
    nihaoma aini wang zhang liu chen yang zhao huang zhou
    spring summer autumn winter january february monday friday
    aa aaa aaaaaa qq qqqq aabbcc iloveyouforever passwordpassword adminadmin rootroot qwertyqwerty
    government invest investment toolbox mongodb flask python wechat weixin tencent alibaba huawei
"""
COMMONEST = frozenset(_WORDS.split())
PRODUCT = ("toolbox", "招商", "工具箱", "5个1", "zhaoshang", "gongjuxiang")
ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "!@#$%^&*()",
)
DISGUISES = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a",
                           "$": "s", "!": "i"})  # fmt: skip
DISTINCT_MIN = 5
PERIOD_MAX = 4
RUN_MIN_SHARE = 0.75
RUN_MIN = 4
NAME_MIN = 3
EDGES = re.compile(r"^[^a-z一-鿿]+|[^a-z一-鿿]+$")


def is_common(password: str) -> bool:
    """Tell whether a password is among the first that anybody would try."""
    text = password.lower()
    return (
        len(set(text)) < DISTINCT_MIN
        or _repeats(text)
        or _is_run(text)
        or any(core in COMMONEST or _repeats(core) for core in _cores(text))
    )


def holds_name(password: str, names: Iterable[str]) -> bool:
    """Tell whether a password holds the product's name or one of `names`, disguised or not."""
    texts = {password.lower(), password.lower().translate(DISGUISES)}
    wanted = {name.lower() for name in names if len(name) >= NAME_MIN or not name.isascii()}
    return any(name in text for text in texts for name in (*wanted, *PRODUCT) if name)


def _cores(text: str) -> Iterable[str]:
    """Yield what is left without digits and signs around, as written and undisguised."""
    for form in (text, text.translate(DISGUISES)):
        yield EDGES.sub("", form)
    yield EDGES.sub("", text).translate(DISGUISES)
    yield re.sub(r"[^a-z]", "", text)


def _repeats(text: str) -> bool:
    """Tell whether a text is a short piece said again and again."""
    return any(
        text == (text[:size] * len(text))[: len(text)]
        for size in range(1, PERIOD_MAX + 1)
        if len(text) >= 2 * size
    )


def _is_run(text: str) -> bool:
    """Tell whether most of a text runs along a keyboard, the alphabet or the digits."""
    covered, start = 0, 0
    while start < len(text):
        size = max(_run(text, start, row) for row in (*ROWS, *(row[::-1] for row in ROWS)))
        if size >= RUN_MIN:
            covered += size
        start += max(size, 1)
    return covered >= RUN_MIN_SHARE * len(text)


def _run(text: str, start: int, row: str) -> int:
    size = 1
    while start + size < len(text) and text[start : start + size + 1] in row:
        size += 1
    return size

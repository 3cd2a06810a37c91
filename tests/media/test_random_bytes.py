"""Whatever the bytes are: taken, or refused with a code; nothing else happens.

The parsers run in this process here, which is quicker and would make a crash of theirs visible.
TEST_LONG=1 tries some ten thousand files.
"""

import functools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from core import messages
from core.errors import Invalid
from media.foreign import foreign_content
from media.native import documents, films, images
from media.signatures import type_of
from media.subtitles import read
from tests.media.files import SUBTITLES, encoded, film, pdf

CASES = 1500 if os.environ.get("TEST_LONG") else 60
RUN = settings(
    deadline=None,
    max_examples=CASES,
    derandomize=CASES < 100,
    suppress_health_check=[HealthCheck.too_slow],
)


WORDS = ["\n", "\r\n", " ", "-->", "00:01.000", "00:02.000", "NOTE", "STYLE", "<b>"]


@pytest.fixture(scope="module", autouse=True)
def pillow_as_before() -> Iterator[None]:
    """Give Pillow's bound back, which the parsers set for the process that is theirs alone."""
    bound = Image.MAX_IMAGE_PIXELS
    yield
    Image.MAX_IMAGE_PIXELS = bound


@functools.cache
def sample(name: str) -> bytes:
    if name == "pdf":
        return pdf(["Hello", "World"])
    if name in ("mp4", "mkv"):
        with tempfile.TemporaryDirectory() as folder:
            return film(Path(folder, f"a.{name}"), size="64x64", seconds=1).read_bytes()
    return encoded(Image.effect_noise((60, 40), 80), name)


def outcome(call: Callable[[], Any]) -> bool:
    """Tell whether a file is taken; a refusal must have its code."""
    code = None
    try:
        call()
    except Invalid as refused:
        code = refused.code
    assert code is None or messages.has(code)
    return code is None


def taken(data: bytes) -> bool:
    """Do what inspecting does, in this process."""
    found = type_of(data)
    if found is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "given")
        path.write_bytes(data)
        foreign_content(path, found)
        return outcome(
            {
                "image": lambda: images.inspect(str(path), found.opened_as, 1_000_000),
                "video": lambda: films.probe(str(path), found.opened_as, 4096, 60, 8),
                "document": lambda: documents.inspect(str(path), 10),
                "subtitles": lambda: read(path),
            }[found.kind.value]
        )


SAMPLES = ["JPEG", "PNG", "GIF", "WEBP", "mp4", "mkv", "pdf"]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_whole_file_is_taken(name: str) -> None:
    assert taken(sample(name))


@pytest.mark.parametrize("name", SAMPLES)
@RUN
@given(data=st.data())
def test_a_damaged_file_is_taken_or_refused(name: str, data: st.DataObject) -> None:
    whole = bytearray(sample(name))
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=12)
    ):
        whole[place] = byte
    taken(bytes(whole))


# Not Matroska: such a film may end half a second before it says, and this one is short.
@pytest.mark.parametrize("name", [one for one in SAMPLES if one != "mkv"])
@RUN
@given(share=st.floats(min_value=0, max_value=0.9))
@example(share=0)
def test_a_file_that_is_cut_off_is_refused(name: str, share: float) -> None:
    whole = sample(name)
    assert not taken(whole[: int(len(whole) * share)])


STARTS = [b"", b"\xff\xd8\xff", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]
STARTS += [b"\0\0\0\x18ftypisom", b"\x1a\x45\xdf\xa3", b"%PDF-1.4\n", b"WEBVTT\n\n"]


@RUN
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=2000))
def test_random_bytes_are_refused(start: bytes, rest: bytes) -> None:
    assert not taken(start + rest)


@RUN
@given(
    text=st.lists(
        st.sampled_from(
            ["\n", "\r\n", " ", "-->", "00:01.000", "00:02.000", "NOTE", "STYLE", "<b>"]
        )
        | st.text(max_size=5)
    ).map("".join)
)
def test_any_subtitles_are_read_or_refused(text: str) -> None:
    taken((SUBTITLES + text).encode("utf-8", "surrogatepass"))

"""Names of files: shown and offered for saving, never a path."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.names import LONGEST, display_name


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("园区 实景.jpg", "园区 实景.jpg"),
        ("园区.JPEG", "园区.jpg"),
        ("照片", "照片.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Windows\\a.jpg", "a.jpg"),
        ("/srv/..", "file.jpg"),
        ("..", "file.jpg"),
        ("", "file.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("a\0b\n.jpg", "ab.jpg"),
        ("gpj.\u202eexe", "gpj.exe.jpg"),
        ("a<b>:c|d?.jpg", "a_b__c_d_.jpg"),
        ("con.txt", "_con.txt.jpg"),
        ("page.html", "page.html.jpg"),
        ("\ud800.jpg", "file.jpg"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_its_tricks(given_name: str, shown: str) -> None:
    assert display_name(given_name, "jpg") == shown


@given(st.text(max_size=300))
def test_any_text_becomes_one_name_that_can_be_saved(text: str) -> None:
    name = display_name(text, "pdf")
    assert name.endswith(".pdf")
    assert len(name) <= LONGEST
    assert os.path.basename(name) == name
    assert name.isprintable()
    assert not name.startswith(".")
    assert display_name(name, "pdf") == name

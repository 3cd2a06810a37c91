"""Encryption at rest: a value opens with its key, at its place, unchanged; in no other way."""

import base64

import pytest

from core.sealing import Keyring, SealingError, key_id

ONE, TWO = "one" * 12, "two" * 12
PLACE = "visitors:abc:phone"


def test_a_value_opens_where_it_was_sealed() -> None:
    keys = Keyring(ONE)
    sealed = keys.seal("张三 +8613800138000", PLACE)
    assert keys.open(sealed, PLACE) == "张三 +8613800138000"
    assert "138" not in base64.b64decode(sealed.partition(".")[2]).decode("latin-1")


def test_the_same_value_is_never_sealed_alike() -> None:
    keys = Keyring(ONE)
    assert len({keys.seal("x", PLACE) for _ in range(50)}) == 50


@pytest.mark.parametrize("place", ["visitors:abc:name", "visitors:abd:phone", ""])
def test_a_value_that_was_moved_does_not_open(place: str) -> None:
    keys = Keyring(ONE)
    with pytest.raises(SealingError):
        keys.open(keys.seal("x", PLACE), place)


def test_a_value_that_was_changed_does_not_open() -> None:
    keys = Keyring(ONE)
    head, _, rest = keys.seal("secret", PLACE).partition(".")
    raw = bytearray(base64.b64decode(rest))
    for place in range(len(raw)):
        raw[place] ^= 1
        with pytest.raises(SealingError):
            keys.open(f"{head}.{base64.b64encode(bytes(raw)).decode()}", PLACE)
        raw[place] ^= 1


@pytest.mark.parametrize("value", ["", ".", "x", "abc.def", "abc.\u00ff", "." * 99])
def test_what_is_no_sealed_value_does_not_open(value: str) -> None:
    keys = Keyring(ONE)
    for text in (value, f"{keys.current_id}.{value}"):
        with pytest.raises(SealingError):
            keys.open(text, PLACE)


def test_former_keys_open_and_do_not_seal() -> None:
    old = Keyring(ONE).seal("x", PLACE)
    keys = Keyring(TWO, [ONE])
    assert keys.open(old, PLACE) == "x"
    assert not keys.is_current(old)
    assert keys.is_current(keys.seal("x", PLACE))
    with pytest.raises(SealingError):
        Keyring(TWO).open(old, PLACE)


def test_the_id_of_a_key_is_its_own_and_stands_with_the_value() -> None:
    keys = Keyring(TWO, [ONE])
    assert len(keys.ids) == 2
    assert key_id(keys.seal("x", PLACE)) == keys.current_id == Keyring(TWO).current_id
    assert keys.current_id not in (ONE, TWO)


def test_an_index_finds_the_same_text_for_the_same_purpose_only() -> None:
    keys = Keyring(ONE)
    assert keys.index("phone", "138") == Keyring(ONE).index("phone", "138")
    others = {keys.index("phone", "139"), keys.index("email", "138"), Keyring(TWO).index("p", "1")}
    assert keys.index("phone", "138") not in others
    assert keys.index("phone", "138") in Keyring(TWO, [ONE]).indexes("phone", "138")

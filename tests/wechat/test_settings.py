"""Which settings of WeChat are taken, and which stop the start."""

import pytest

from cli.run import simulator
from core.environment import SettingsError
from core.settings import load
from core.settings_visitors import WECHAT_API_BASE
from tests.simulator import running

BASE = {
    "SECRET_KEY": "s" * 32,
    "PERSONAL_DATA_KEY": "p" * 32,
    "MONGODB_URI": "mongodb://127.0.0.1:1/",
}
OURS = {"WECHAT_APPID": "wx0123456789abcdef", "WECHAT_SECRET": "hush"}


def test_without_them_there_is_no_mini_program() -> None:
    settings = load(BASE)
    assert (settings.wechat_appid, settings.wechat_secret) == ("", "")
    assert settings.wechat_api_base == WECHAT_API_BASE == "https://api.weixin.qq.com"
    assert settings.wechat_timeout_s == 2.0


@pytest.mark.parametrize("name", OURS)
def test_one_alone_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({**BASE, name: "hush-hush"})
    assert str(refused.value) == "WECHAT_APPID and WECHAT_SECRET are set both or neither"


@pytest.mark.parametrize("appid", ["wx0123456789abcdef", simulator.APPID, running.APPID])
def test_appids_that_are_taken(appid: str) -> None:
    assert load({**BASE, **OURS, "WECHAT_APPID": appid}).wechat_appid == appid


@pytest.mark.parametrize(
    "appid",
    [
        *("wx0123456789abcde", "wx0123456789abcdef0", "WX0123456789ABCDEF", "wx0123456789ABCDEF"),
        *("0123456789abcdef0123456789abcdef", "gh_0123456789abc", "wx0123456789 bcdef"),
        *("wx0123456789abcde\N{FULLWIDTH DIGIT ONE}", '"wx0123456789abcdef"'),
    ],
)
def test_what_is_no_appid_is_named_and_not_repeated(appid: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({**BASE, **OURS, "WECHAT_APPID": appid})
    assert str(refused.value) == "WECHAT_APPID must be wx and 16 lower-case letters or digits"


@pytest.mark.parametrize(
    ("env", "base"),
    [
        ("production", "https://api.weixin.qq.com"),
        ("production", "https://gateway.example.com/wechat"),
        ("test", "http://127.0.0.1:8100"),
        ("demo", "http://[::1]:8100"),
        ("demo", "http://localhost:8100"),
        ("demo", "https://api.weixin.qq.com"),
    ],
)
def test_addresses_that_are_taken(env: str, base: str) -> None:
    assert load({**BASE, **OURS, "ENV": env, "WECHAT_API_BASE": base}).wechat_api_base == base


@pytest.mark.parametrize(
    ("env", "base", "told"),
    [
        ("production", "http://127.0.0.1:8100", "is on this machine"),
        ("production", "https://127.0.0.1:8100", "is on this machine"),
        ("production", "https://localhost", "is on this machine"),
        ("production", "https://x.localhost", "is on this machine"),
        ("production", "https://[::1]", "is on this machine"),
        ("production", "https://0.0.0.0", "is on this machine"),
        ("production", "http://api.weixin.qq.com", "must begin with https://"),
        ("demo", "http://10.0.0.5:8100", "must begin with https://"),
        ("demo", "ftp://127.0.0.1", "must be https://host"),
        ("demo", "https://", "must be https://host"),
        ("demo", "https://u:p@host", "must be https://host"),
        ("demo", "https://host/?a=1", "must be https://host"),
        ("demo", "https://host:port", "is not an address"),
        ("demo", "https://[::1", "is not an address"),
    ],
)
def test_addresses_that_are_refused(env: str, base: str, told: str) -> None:
    with pytest.raises(SettingsError, match=f"^WECHAT_API_BASE {told}"):
        load({**BASE, **OURS, "ENV": env, "WECHAT_API_BASE": base})


@pytest.mark.parametrize("value", ["0", "3", "nan", "soon"])
def test_a_time_that_does_not_fit_a_login_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^WECHAT_TIMEOUT_S (must be|is not a number)"):
        load({**BASE, "WECHAT_TIMEOUT_S": value})


KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PUSHED = {**OURS, "WECHAT_TOKEN": "token4711", "WECHAT_ENCODING_AES_KEY": KEY}


def test_pushes_have_their_defaults() -> None:
    settings = load({**BASE, **PUSHED})
    assert (settings.wechat_message_format, settings.wechat_message_mode) == ("json", "safe")
    assert settings.wechat_replay_window_s == 300


@pytest.mark.parametrize("mode", ["compatible", "safe"])
def test_what_encrypts_needs_its_key(mode: str) -> None:
    given = {**BASE, **OURS, "WECHAT_TOKEN": "token4711", "WECHAT_MESSAGE_MODE": mode}
    with pytest.raises(SettingsError) as refused:
        load(given)
    told = f"WECHAT_ENCODING_AES_KEY is not set: mode {mode} needs it"
    assert str(refused.value) == told


def test_plain_mode_needs_no_key() -> None:
    given = {**BASE, **OURS, "WECHAT_TOKEN": "token4711", "WECHAT_MESSAGE_MODE": "plain"}
    assert load(given).wechat_encoding_aes_key == ""


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("WECHAT_TOKEN", "WECHAT_TOKEN is not set, and WECHAT_ENCODING_AES_KEY is"),
        ("WECHAT_APPID", "WECHAT_APPID is not set, and WECHAT_TOKEN is"),
    ],
)
def test_half_of_what_pushes_need_is_named(missing: str, told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({**BASE, **{name: value for name, value in PUSHED.items() if name != missing}})
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WECHAT_TOKEN", "ab"),
        ("WECHAT_TOKEN", "a" * 33),
        ("WECHAT_TOKEN", "hush-hush"),
        ("WECHAT_ENCODING_AES_KEY", KEY[:-1]),
        ("WECHAT_ENCODING_AES_KEY", KEY[:-1] + "="),
    ],
)
def test_malformed_ones_are_named_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({**BASE, **PUSHED, name: value})
    assert name in str(refused.value)
    assert value not in str(refused.value)


def test_neither_token_nor_key_is_shown() -> None:
    shown = repr(load({**BASE, **PUSHED}))
    assert "token4711" not in shown
    assert KEY not in shown

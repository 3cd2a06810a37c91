"""Settings: what stops a start is told whole, and the example file lists what is read."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from core.environment import SettingsError
from core.settings import Settings, load

EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"
COMPLETE = {
    "SECRET_KEY": "s" * 32,
    "PERSONAL_DATA_KEY": "p" * 32,
    "MONGODB_URI": "mongodb://127.0.0.1:1/",
}
# Variable, a value that is refused, what the message must say of it.
REFUSED = [
    ("ENV", "staging", "ENV must be one of demo, test, production"),
    ("SECRET_KEY", "short", "SECRET_KEY must have at least 32 characters"),
    ("MONGODB_TIMEOUT_MS", "soon", "MONGODB_TIMEOUT_MS is not a whole number"),
    ("MONGODB_POOL_SIZE", "0", "MONGODB_POOL_SIZE must be between 1 and 1000"),
    ("CORS_ORIGINS", "https://a.example,*", "CORS_ORIGINS must list origins"),
    ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES must be between 0 and 10"),
    ("MAX_BODY_BYTES", "1e6", "MAX_BODY_BYTES is not a whole number"),
    ("PUBLIC_MAX_AGE_S", "86401", "PUBLIC_MAX_AGE_S must be between 0 and 86400"),
    ("MEDIA_MAX_AGE_S", "-5", "MEDIA_MAX_AGE_S must be between"),
    ("LOG_LEVEL", "LOUD", "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR"),
    ("WORKER_POLL_MS", "9", "WORKER_POLL_MS must be between 10 and 60000"),
    ("JOB_LEASE_S", "0", "JOB_LEASE_S must be between 1 and 3600"),
    ("JOB_MAX_ATTEMPTS", "101", "JOB_MAX_ATTEMPTS must be between 1 and 100"),
    ("IDEMPOTENCY_HOURS", "0", "IDEMPOTENCY_HOURS must be between 1 and 720"),
    ("STAFF_PASSWORD_MIN_LENGTH", "7", "STAFF_PASSWORD_MIN_LENGTH must be between 8 and 64"),
    ("AUDIT_KEEP_DAYS", "183", "AUDIT_KEEP_DAYS must be between 184 and 36500"),
    ("PERSONAL_DATA_KEY", "short", "PERSONAL_DATA_KEY must have at least 32 characters"),
    ("PERSONAL_DATA_OLD_KEYS", "short", "PERSONAL_DATA_OLD_KEYS must have at least 32"),
    ("PRIVACY_NOTICE_VERSION", "a b", "PRIVACY_NOTICE_VERSION must be 1 to 40 of"),
    ("MAILBOX_URL", "http://mail.example", "MAILBOX_URL is for the simulator"),
    ("S3_ENDPOINT", "minio:9000", "S3_ENDPOINT must be like https://host:port"),
    ("S3_PUBLIC_ENDPOINT", "https://a.example/b", "S3_PUBLIC_ENDPOINT must be like https://"),
    ("S3_BUCKET", "Media", "S3_BUCKET must be 3 to 63 of a-z 0-9 -"),
    ("S3_ADDRESSING", "virtual", "S3_ADDRESSING must be one of auto, host"),
    ("S3_TIMEOUT_S", "0", "S3_TIMEOUT_S must be between 0.5 and 120"),
    ("S3_SECRET_KEY", "hush", "S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY are set all or none"),
    ("MEDIA_CDN_URL", "cdn.example", "MEDIA_CDN_URL must be like https://host:port"),
    ("MEDIA_FILM_MAX_MB", "5000", "MEDIA_FILM_MAX_MB must be between 1 and 4900"),
    ("WECHAT_TOKEN", "a b", "WECHAT_TOKEN must be 3 to 32 letters and digits"),
    ("WECHAT_ENCODING_AES_KEY", "short", "WECHAT_ENCODING_AES_KEY must be 43 letters"),
    ("WECHAT_MESSAGE_FORMAT", "yaml", "WECHAT_MESSAGE_FORMAT must be one of json, xml"),
    ("WECHAT_MESSAGE_MODE", "open", "WECHAT_MESSAGE_MODE must be one of plain, compatible, safe"),
    ("WECHAT_REPLAY_WINDOW_S", "-1", "WECHAT_REPLAY_WINDOW_S must be between 0 and 86400"),
    ("WECHAT_VERSION", "beta", "WECHAT_VERSION must be one of release, trial, develop"),
    ("DESK_PHONE", "ask at the door", "DESK_PHONE must be a phone number"),
    ("SMTP_SECURITY", "ssl", "SMTP_SECURITY must be one of starttls, tls, none"),
]


class Recorder(Mapping[str, str]):
    """An environment that remembers which variables were asked for."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values_ = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.values_[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


def example_names() -> list[str]:
    return re.findall(r"^([A-Z0-9_]+)=", EXAMPLE.read_text(), re.MULTILINE)


def test_three_settings_are_enough() -> None:
    assert load(COMPLETE).env == "production"


@pytest.mark.parametrize("name", COMPLETE)
def test_a_missing_setting_without_default_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is not set$"):
        load({key: value for key, value in COMPLETE.items() if key != name})


@pytest.mark.parametrize("name", COMPLETE)
def test_blanks_count_as_missing(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is not set$"):
        load({**COMPLETE, name: "   "})


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_a_malformed_setting_is_named(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({**COMPLETE, name: value})
    assert str(refused.value).startswith(message)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        load({name: value for name, value, _ in REFUSED})
    told = str(refused.value)
    assert [message for _, _, message in REFUSED if message not in told] == []
    assert "MONGODB_URI is not set" in told


def test_the_secret_is_not_repeated_in_the_message() -> None:
    with pytest.raises(SettingsError) as refused:
        load({"SECRET_KEY": "hush-hush"})
    assert "hush-hush" not in str(refused.value)


def test_settings_cannot_be_changed() -> None:
    settings = load(COMPLETE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.env = "demo"  # type: ignore[misc]


def test_origins_are_a_list_without_blanks() -> None:
    settings = load({**COMPLETE, "CORS_ORIGINS": " https://a.example , ,https://b.example,"})
    assert settings.cors_origins == ("https://a.example", "https://b.example")


def test_the_media_folder_is_absolute_and_below_the_data_folder() -> None:
    settings = load({**COMPLETE, "DATA_DIR": "some/folder"})
    assert settings.media_dir == Path.cwd() / "some" / "folder" / "media"


@pytest.mark.parametrize(("env", "expected"), [("production", True), ("demo", False)])
def test_production_is_known(env: str, expected: bool) -> None:
    assert load({**COMPLETE, "ENV": env}).is_production is expected


def test_the_example_file_lists_exactly_the_variables_read() -> None:
    environ = Recorder(COMPLETE)
    load(environ)
    assert sorted(example_names()) == sorted(environ.asked)


def test_every_setting_comes_from_a_variable_of_its_name() -> None:
    fields = {field.name.upper() for field in dataclasses.fields(Settings)}
    assert fields == set(example_names())


def test_the_example_file_holds_the_defaults() -> None:
    lines = re.findall(r"^([A-Z0-9_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE)
    written = {name: value for name, value in lines if name not in COMPLETE}
    assert load({**COMPLETE, **written}) == load(COMPLETE)


def test_the_example_file_holds_no_secret() -> None:
    text = EXAMPLE.read_text()
    assert "\nSECRET_KEY=\n" in text
    assert "\nPERSONAL_DATA_KEY=\n" in text


def test_browsers_reach_the_store_encrypted_in_production() -> None:
    store = {**COMPLETE, "S3_ENDPOINT": "http://inner:9000"}
    store |= {"S3_ACCESS_KEY": "k", "S3_SECRET_KEY": "s"}
    with pytest.raises(SettingsError, match=r"^S3_PUBLIC_ENDPOINT must begin with https"):
        load(store)
    with pytest.raises(SettingsError, match=r"MEDIA_CDN_URL must begin with https"):
        load({**store, "MEDIA_CDN_URL": "http://cdn.example"})
    settings = load({**store, "S3_PUBLIC_ENDPOINT": "https://media.example/"})
    assert settings.s3_endpoint == "http://inner:9000"
    assert settings.s3_public_endpoint == "https://media.example"


def test_the_public_endpoint_is_the_endpoint_by_default() -> None:
    store = {"S3_ENDPOINT": "http://127.0.0.1:9000", "S3_ACCESS_KEY": "k", "S3_SECRET_KEY": "s"}
    assert load({**COMPLETE, **store}).s3_public_endpoint == "http://127.0.0.1:9000"


def test_the_keys_of_the_store_are_not_shown() -> None:
    store = {"S3_ENDPOINT": "https://s.example", "S3_ACCESS_KEY": "acc-k", "S3_SECRET_KEY": "sec-k"}
    told = repr(load({**COMPLETE, **store}))
    assert "acc-k" not in told
    assert "sec-k" not in told

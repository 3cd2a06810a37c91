"""A store under test, and how a client without any right reaches it over HTTP."""

import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import requests

from core.errors import AppError
from media.local import MEDIA_URL, PARTS_URL, TOKEN_PARAMETER, LocalStorage
from media.storage import Storage, Target

TIMEOUT_S = 30
ORIGIN = "https://admin.example"  # whose pages may send parts


@dataclass(frozen=True)
class Answer:
    """What a client got: a status, the bytes, some headers."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Client(Protocol):
    """Somebody with nothing but an address."""

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Fetch an address."""
        ...

    def send(self, target: Target, data: bytes) -> Answer:
        """Send a part to where it belongs."""
        ...


class OverHttp:
    """A client of a real server."""

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        got = requests.get(url, headers=headers, timeout=TIMEOUT_S)
        return Answer(got.status_code, got.content, got.headers)

    def send(self, target: Target, data: bytes) -> Answer:
        got = requests.request(target.method, target.url, data=data, timeout=TIMEOUT_S)
        return Answer(got.status_code, got.content, got.headers)


class OverVerbs:
    """Stands for the routes of this server, which do no more than call these verbs."""

    def __init__(self, store: LocalStorage) -> None:
        self._store = store

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        parts = urlsplit(url)
        key = parts.path.removeprefix(f"{MEDIA_URL}/")
        token = parse_qs(parts.query).get(TOKEN_PARAMETER, [""])[0]
        try:
            name = self._store.download_name_of(key, token)
            offset, length, status = _range(headers)
            with self._store.open(key, offset, length) as chunks:
                return Answer(status, b"".join(chunks), {"Content-Disposition": name})
        except AppError as error:
            return Answer(error.status, b"", {})

    def send(self, target: Target, data: bytes) -> Answer:
        token = target.url.removeprefix(f"{PARTS_URL}/")
        try:
            part = self._store.put_part(token, io.BytesIO(data), len(data))
        except AppError as error:
            return Answer(error.status, b"", {})
        return Answer(200, b"", {"ETag": f'"{part.etag}"'})


def eventually(reached: Callable[[], bool], within_s: float = 60.0) -> bool:
    """Tell whether a state is reached in time."""
    deadline = time.monotonic() + within_s
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@dataclass(frozen=True)
class Tried:
    """A store, and clients of it. `impostor` is the same store with another secret."""

    store: Storage
    client: Client
    impostor: Storage


def _range(headers: Mapping[str, str] | None) -> tuple[int, int | None, int]:
    given = (headers or {}).get("Range", "")
    if not given:
        return 0, None, 200
    first, last = given.removeprefix("bytes=").split("-")
    return int(first), int(last) - int(first) + 1, 206

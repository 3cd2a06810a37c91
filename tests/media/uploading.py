"""A member of staff who uploads through the API, and small files of every kind."""

import hashlib
import io
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from flask.testing import FlaskClient
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from core.settings import Settings
from jobs.worker import Worker

API = "/admin/api/v1"
STEPS_MAX = 100
VTT = b"WEBVTT\n\n00:01.000 --> 00:03.000\n\xe6\xb5\x8b\xe8\xaf\x95\n"


def picture(width: int = 640, suffix: str = "JPEG") -> bytes:
    """Return a picture like no other."""
    data = io.BytesIO()
    Image.effect_noise((width, width * 3 // 4), 40).convert("RGB").save(data, suffix)
    return data.getvalue()


def document(pages: int = 2) -> bytes:
    data = io.BytesIO()
    sheets = [Image.new("RGB", (300, 400), (200, shade, 90)) for shade in range(pages)]
    sheets[0].save(data, "PDF", save_all=True, append_images=sheets[1:])
    return data.getvalue()


def film(folder: Path, seconds: float = 1.0, size: str = "320x240") -> bytes:
    """Return a film with sound."""
    target = folder / "film.mp4"
    argv = [get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y"]
    argv += ["-f", "lavfi", "-i", f"testsrc=size={size}:rate=15:duration={seconds}"]
    argv += ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]
    argv += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run([*argv, str(target)], check=True, timeout=120)
    return target.read_bytes()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Sender:
    """Uploads files as a browser does."""

    client: FlaskClient

    def call(self, method: str, path: str, body: Any = None, code: int = 200) -> Any:
        """Call a route of staff and return what it answers, which must be `code`."""
        answer = self.client.open(f"{API}/{path}", method=method, json=body)
        assert answer.status_code == code, answer.text
        return answer.get_json() if answer.data else None

    def begin(self, data: bytes, name: str = "测试.jpg", code: int = 201, **more: Any) -> Any:
        """Begin an upload of these bytes."""
        return self.call("POST", "uploads", {"name": name, "size": len(data), **more}, code)

    def send(self, upload: str, data: bytes, parts: Sequence[int]) -> None:
        """Send some of the parts to where they belong."""
        signed = self.call("POST", f"uploads/{upload}/parts", {"parts": list(parts)})
        size = self.call("GET", f"uploads/{upload}")["part_bytes"]
        for target in signed["items"]:
            start = (target["part"] - 1) * size
            piece = data[start : start + target["size"]]
            if target["url"].startswith("/"):
                status = self.client.open(
                    target["url"], method=target["method"], data=piece
                ).status_code
            else:
                status = requests.request(
                    target["method"], target["url"], data=piece, timeout=60
                ).status_code
            assert status == 200

    def upload(self, data: bytes, name: str = "测试.jpg", code: int = 200, **more: Any) -> Any:
        """Upload a file whole and return what finishing answers."""
        begun = self.begin(data, name, **more)
        self.send(begun["id"], data, range(1, begun["parts"] + 1))
        return self.call("POST", f"uploads/{begun['id']}/finish", code=code)

    def item(self, item: str) -> Any:
        """Read a media item."""
        return self.call("GET", f"media/{item}")


def work_off(settings: Settings) -> int:
    """Run every job that is due; return how many ran."""
    worker = Worker(settings)
    for count in range(STEPS_MAX):
        if not worker.step():
            return count
    raise AssertionError("the queue does not run empty")

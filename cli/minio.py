"""The embedded MinIO server: one drive, on the loopback address, with keys made up at its start.

For the demo, for tests and for trying things out. Production runs a store of its own.
"""

import http.client
import os
import secrets
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from cli import ports
from cli.ports import HOST
from cli.supervisor import ServerProcess, StartError, rotate

# The last state of the community edition, archived since: a pseudo-version of its Go module.
VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"
BUCKET = "toolbox-media"
REGION = "us-east-1"
ASK_TIMEOUT_S = 5.0


class MinioError(StartError):
    """MinIO is missing or does not start; the text is for people."""


def built_program() -> Path:
    """Return where `cli.minio_build` puts the program, in the folder of the environment."""
    return Path(sys.prefix, "programs", f"minio-{VERSION}")


def find_minio() -> Path | None:
    """Return the server's program: `MINIO` of the environment, `PATH`'s, the one built here.

    Raises `MinioError` when `MINIO` is not a program.
    """
    if named := os.environ.get("MINIO"):
        if os.access(named, os.X_OK) and Path(named).is_file():
            return Path(named)
        message = f"MINIO={named} is not a program"
        raise MinioError(message)
    if found := shutil.which("minio"):
        return Path(found)
    return built_program() if built_program().is_file() else None


class EmbeddedMinio(ServerProcess):
    """A MinIO that keeps everything in `data_dir` and can be restarted on the same data.

    The port is chosen once and remembered there, as addresses of media hold it. `origins` are the
    pages that may send parts; `extra` are more variables of the server's environment.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        origins: Sequence[str] = (),
        log_path: Path | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.log_path = log_path or data_dir / "minio.log"
        self.access_key = secrets.token_hex(8)
        self.secret_key = secrets.token_urlsafe(32)
        self._origins = origins
        self._extra = dict(extra or {})
        self._port: int | None = None
        super().__init__("minio", [], output=self.log_path)

    @property
    def url(self) -> str:
        """Return the address; raise `MinioError` before the first start."""
        if self._port is None:
            message = "MinIO was not started"
            raise MinioError(message)
        return f"http://{HOST}:{self._port}"

    @property
    def settings(self) -> dict[str, str]:
        """Return what the product must be started with."""
        return {
            "S3_ENDPOINT": self.url,
            "S3_PUBLIC_ENDPOINT": self.url,
            "S3_BUCKET": BUCKET,
            "S3_REGION": REGION,
            "S3_ACCESS_KEY": self.access_key,
            "S3_SECRET_KEY": self.secret_key,
        }

    def start(self) -> None:
        """Start the server; a later start of the same object keeps port and keys."""
        if self._port is None:
            program = find_minio()
            if program is None:
                message = "there is no MinIO server: scripts/minio --build-only makes one"
                raise MinioError(message)
            self.data_dir.mkdir(parents=True, exist_ok=True)
            self.log_path.parent.mkdir(parents=True, exist_ok=True)
            rotate(self.log_path)
            self._port = self._choose_port()
            self.argv = self._arguments(program, self._port)
            self.env = self._environment()
        super().start()

    def wait_ready(self, timeout_s: float = 90.0) -> None:
        """Wait until the server takes requests; raise `MinioError` when it does not."""
        deadline = time.monotonic() + timeout_s
        while not self.is_ready():
            code = self.poll()
            if code is not None:
                message = f"MinIO ended with code {code}; see {self.log_path}"
                raise MinioError(message)
            if time.monotonic() > deadline:
                message = f"MinIO was not ready within {timeout_s:g} s; see {self.log_path}"
                raise MinioError(message)
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Tell whether it takes requests."""
        connection = http.client.HTTPConnection(HOST, self._port, timeout=ASK_TIMEOUT_S)
        try:
            connection.request("GET", "/minio/health/cluster")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _choose_port(self) -> int:
        port = ports.remembered(self.data_dir)
        if port is None or not ports.is_free(port):
            port = ports.free_port()
            ports.remember(self.data_dir, port)
        return port

    def _arguments(self, program: Path, port: int) -> list[str]:
        return [
            str(program),
            *("server", "--quiet", "--address", f"{HOST}:{port}"),
            # Not those of the user's home, with which it would speak TLS.
            *("--certs-dir", str(self.data_dir / "certs")),
            str(self.data_dir / "drive"),
        ]

    def _environment(self) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if "MINIO" not in name}
        return {
            **others,
            "MINIO_ROOT_USER": self.access_key,
            "MINIO_ROOT_PASSWORD": self.secret_key,
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
            # For the whole server: without it, every page could send what it has an address for.
            "MINIO_API_CORS_ALLOW_ORIGIN": ",".join(self._origins) or f"http://{HOST}",
            **self._extra,
        }

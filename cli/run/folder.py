"""The data folder of one installation: whose it is, who uses it, its secrets.

.toolbox-data  marks a folder that we filled and may therefore empty again
.lock          held while an installation runs on the folder
secrets.env    generated once in demo mode, readable by its owner only
store.env      address and keys of the embedded MinIO, while one is used
mongodb/       the embedded database and the port it listens on
media/         media files
minio/         the embedded MinIO's data and the port it listens on
logs/          mongod.log, minio.log and their predecessors
run/           what lives only as long as the processes: the metrics of all web workers
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from cli import spoken
from cli.mongod import remembered_uri
from cli.supervisor import StartError

GENERATED_SECRETS = ("SECRET_KEY", "PERSONAL_DATA_KEY")

_MARKER = ".toolbox-data"
_LOCK = ".lock"
_SECRETS = "secrets.env"
_STORE = "store.env"


class DataFolder:
    """A data folder. `acquire` comes first; a `StartError` of any method is for people."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock_fd: int | None = None

    @property
    def mongodb(self) -> Path:
        """Return the folder of the embedded database."""
        return self.path / "mongodb"

    @property
    def mongod_log(self) -> Path:
        """Return the log file of the embedded database."""
        return self.path / "logs" / "mongod.log"

    @property
    def minio(self) -> Path:
        """Return the folder of the embedded media store."""
        return self.path / "minio"

    @property
    def minio_log(self) -> Path:
        """Return the log file of the embedded media store."""
        return self.path / "logs" / "minio.log"

    @property
    def metrics(self) -> Path:
        """Return the folder in which web workers keep their metrics."""
        return self.path / "run" / "metrics"

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing in the folder, or no folder."""
        return not self._content()

    def check_ours(self) -> None:
        """Raise `StartError` unless everything in the folder was put there by us."""
        if not self.is_empty and not (self.path / _MARKER).is_file():
            message = (
                f"{self.path} has no {_MARKER} file, so it is not ours to delete: "
                "empty it yourself, or choose another folder with --data"
            )
            raise StartError(message)

    def acquire(self) -> None:
        """Make the folder if need be, check that it can be written, and lock it.

        The kernel gives the lock back when this process ends, however it ends.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            empty = self.is_empty
            descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                self._take_lock(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            self._lock_fd = descriptor
            if empty:
                (self.path / _MARKER).touch()
        except OSError as error:
            message = (
                f"the data folder {self.path} cannot be written: {error.strerror or error}; "
                f"{spoken.remedy(error)}"
            )
            raise StartError(message) from error

    def release(self) -> None:
        """Give the lock back."""
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None

    def clear(self) -> None:
        """Delete everything in the folder; raise `StartError` when it is not ours."""
        self.check_ours()
        for entry in self._content():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def prepare(self) -> None:
        """Make the folders that processes expect; metrics of former processes go."""
        shutil.rmtree(self.metrics, ignore_errors=True)
        self.metrics.mkdir(parents=True)

    def secrets(self) -> dict[str, str]:
        """Return the secrets; those that are not there yet are made up and kept."""
        path = self.path / _SECRETS
        known = _read_variables(path)
        missing = [name for name in GENERATED_SECRETS if not known.get(name)]
        known |= {name: secrets.token_urlsafe(48) for name in missing}
        if missing:
            _write_private(path, known)
        path.chmod(0o600)
        return known

    def keep_store(self, settings: Mapping[str, str]) -> None:
        """Keep how to reach the embedded media store, for commands; nothing when there is none."""
        path = self.path / _STORE
        if settings:
            _write_private(path, settings)
        else:
            path.unlink(missing_ok=True)

    def _content(self) -> list[Path]:
        try:
            return [entry for entry in self.path.iterdir() if entry.name not in {_MARKER, _LOCK}]
        except FileNotFoundError:
            return []

    def _take_lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 20).decode().strip() or "unknown"
            message = (
                f"{self.path} is in use by another run (process {holder}): "
                "stop that one or choose another folder with --data"
            )
            raise StartError(message) from error
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())


def _write_private(path: Path, values: Mapping[str, str]) -> None:
    """Write variables into a file that only its owner reads, whole or not at all."""
    written = path.with_name(f"{path.name}.new")
    written.unlink(missing_ok=True)
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)


def demo_environment(data_dir: Path) -> dict[str, str]:
    """Return the settings that a demo installation keeps in its data folder.

    With these a command can join an installation that `run` has started: its secrets, and the
    addresses of its embedded servers. Empty when nothing was ever started there.
    """
    environment = _read_variables(data_dir / _SECRETS) | _read_variables(data_dir / _STORE)
    if uri := remembered_uri(DataFolder(data_dir).mongodb):
        environment["MONGODB_URI"] = uri
    return environment


def _read_variables(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}

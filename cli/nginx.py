"""nginx with the sample configuration of `docs/`, on loopback ports: for tests and measuring."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from cli import ports
from cli.ports import HOST
from cli.supervisor import ServerProcess, StartError

SAMPLE = Path(__file__).resolve().parent.parent / "docs" / "nginx.conf"
ADDRESS, STORE_ADDRESS = "toolbox.example.gov.cn", "media.toolbox.example.gov.cn"
READY_WITHIN_S = 30.0
MAIN = """\
pid {folder}/nginx.pid;
{user}worker_processes {workers};
error_log {log} warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/toolbox.conf;
}}
"""


class NginxError(StartError):
    """nginx is missing or does not start; the text is for people."""


@dataclass(frozen=True)
class Behind:
    """What stands behind nginx: addresses as `host:port`, the folder of media.

    `certificate` is a folder with `fullchain.pem` and `privkey.pem`; without it nothing is
    encrypted.
    """

    app: str
    media: Path
    store: str = f"{HOST}:9"
    certificate: Path | None = None
    workers: int = 2


def find_nginx() -> str | None:
    """Return the program, which Debian keeps off the path of most users."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


class Nginx(ServerProcess):
    """The server in a folder of its own. The product is at `url`, MinIO's bucket at `store_url`."""

    def __init__(self, folder: Path, behind: Behind) -> None:
        self.folder = folder.absolute()
        self.behind = behind
        self.port, self.plain_port, self.signed_port = (ports.free_port() for _ in range(3))
        self.log = self.folder / "error.log"
        super().__init__("nginx", [], output=self.log)

    @property
    def url(self) -> str:
        """Return the address of the product."""
        return f"{self._scheme}://{HOST}:{self.port}"

    @property
    def store_url(self) -> str:
        """Return the address of the store: another name, on the same port."""
        return f"{self._scheme}://localhost:{self.port}"

    @property
    def worker_pids(self) -> list[int]:
        """Return the ids of the processes that answer; others come and go."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        titles = {int(pid): Path(f"/proc/{pid}/cmdline") for pid in children}
        return sorted(pid for pid, title in titles.items() if b"worker" in title.read_bytes())

    def start(self) -> None:
        """Start it with its configuration; raise `NginxError`."""
        program = find_nginx()
        if program is None:
            message = "nginx is missing: apt-get install nginx"
            raise NginxError(message)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "toolbox.conf").write_text(self._configuration())
        main = MAIN.format(
            folder=self.folder,
            log=self.log,
            workers=self.behind.workers,
            # Its workers may read what we may, and nothing else when we are nobody special.
            user="user root;\n" if os.geteuid() == 0 else "",
        )
        (self.folder / "nginx.conf").write_text(main)
        with_folder = [program, "-p", str(self.folder), "-e", str(self.log)]
        with_folder += ["-c", str(self.folder / "nginx.conf")]
        _check([*with_folder, "-t"])
        self.argv = [*with_folder, "-g", "daemon off;"]
        super().start()

    @property
    def _scheme(self) -> str:
        return "https" if self.behind.certificate else "http"

    def _configuration(self) -> str:
        """Return the sample with what is ours in its place; raise `NginxError` for what it lacks.

        Nothing else is changed, so that what is tried here is what is installed elsewhere.
        """
        text = SAMPLE.read_text(encoding="utf-8")
        ours = {
            "server 127.0.0.1:8000;": f"server {self.behind.app};",
            "server 127.0.0.1:9000;": f"server {self.behind.store};",
            "/var/lib/toolbox/media/": f"{self.behind.media.absolute()}/",
            "/var/cache/nginx/toolbox": f"{self.folder}/cache",
            # The path of a socket may be too long here.
            "unix:/run/toolbox-media.sock": f"{HOST}:{self.signed_port}",
            "/etc/ssl/toolbox": str(self.behind.certificate),
            "listen 80;": f"listen {HOST}:{self.plain_port};",
            "listen 443 ssl http2;": f"listen {HOST}:{self.port} ssl http2;",
            f"server_name {STORE_ADDRESS};": "server_name localhost;",
            f"server_name {ADDRESS};": f"server_name {HOST};",
        }
        for sample, own in ours.items():
            if sample not in text:
                message = f"{SAMPLE.name} does not hold {sample!r} any more"
                raise NginxError(message)
            text = text.replace(sample, own)
        if self.behind.certificate is None:
            kept = (line for line in text.splitlines() if not line.lstrip().startswith("ssl_"))
            text = "\n".join(kept).replace(" ssl http2;", ";") + "\n"
        return text

    def wait_ready(self, timeout_s: float = READY_WITHIN_S) -> None:
        """Wait until it takes connections; raise `NginxError`."""
        deadline = time.monotonic() + timeout_s
        while ports.is_free(self.port):
            if self.poll() is not None or time.monotonic() > deadline:
                message = f"nginx does not start; see {self.log}"
                raise NginxError(message)
            time.sleep(0.05)


def _check(argv: list[str]) -> None:
    tried = subprocess.run(argv, capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        message = f"nginx does not take its configuration: {tried.stderr.strip()[-500:]}"
        raise NginxError(message)

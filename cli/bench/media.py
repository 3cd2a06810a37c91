"""Media: what the check of a signature costs, against nginx that sends the same file by itself.

The product stands behind the sample configuration of nginx. It answers which file is to be sent;
nginx sends it. How much that weighs depends on the size, so there is a row for each.
"""

import http.client
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cli.bench import contests, servers
from cli.bench.contests import Bench
from cli.bench.load import Side
from cli.bench.results import Row, at_least, throughput
from cli.bench.servers import HOST, TIMEOUT_S, Answer, Place, Server
from cli.nginx import Behind, Nginx
from media.local import LocalStorage

GROUP = "media"
SHARE = at_least(0.6)
ACCEL = "/_media"
SIGNED_S = 86_400
# A picture on a phone, six seconds of a film in 720p and in 1080p.
SIZES = {"a picture of 100 kB": 100_000, "2 MB of a film": 2_000_000, "5 MB of a film": 5_000_000}


@dataclass(frozen=True)
class Front:
    """Nginx and the product behind it, measured as one."""

    name: str
    nginx: Nginx
    product: Server

    @property
    def url(self) -> str:
        """Return the address without a path."""
        return self.nginx.url

    @property
    def pids(self) -> list[int]:
        """Return the ids of the workers of the one, and of all processes of the other."""
        return sorted([*self.nginx.worker_pids, *self.product.pids])

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Send one GET on a connection of its own; raises `OSError` or `HTTPException`."""
        connection = http.client.HTTPConnection(HOST, self.nginx.port, timeout=TIMEOUT_S)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()


def run(bench: Bench, place: Place) -> list[Row]:
    """Return a row for each size of file. Raises `NginxError` without nginx."""
    place = replace(place, folder=place.folder / "serving")
    secret = secrets.token_urlsafe(48)
    store = LocalStorage(place.folder / "media", secret=secret)
    with servers.product(place, cached=True, SECRET_KEY=secret, MEDIA_ACCEL=ACCEL) as product:
        behind = Behind(f"{HOST}:{product.port}", store.root, workers=servers.WORKERS)
        with Nginx(place.folder / "nginx", behind) as nginx:
            front = Front("nginx", nginx, product)
            return [_row(bench, store, front, title, size) for title, size in SIZES.items()]


def _row(bench: Bench, store: LocalStorage, front: Front, title: str, size: int) -> Row:
    data = secrets.token_bytes(size)
    public, internal = f"public/bench/{size}.mp4", f"internal/bench/{size}.mp4"
    for key in (public, internal):
        store.put(key, data)
    sides = [
        Side("protected", front, [store.signed_url(internal, SIGNED_S)]),
        Side("nginx", front, [store.public_url(public)]),
    ]
    taken = contests.run(bench, title, sides)
    name = f"protected ÷ nginx alone, {title}"
    return throughput(GROUP, name, taken["protected"], taken["nginx"], goal=SHARE)

"""Sends a film in parts over HTTP, as the page of staff does: a program, which can be killed.

    python -m tests.e2e.sending SESSION FILE           begins an upload, stalls in its second part
    python -m tests.e2e.sending SESSION FILE UPLOAD    goes on with it, and finishes

SESSION is JSON: `url` of the staff API, `headers`. Prints the upload as the API answers it.
"""

import json
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

STALLED = "half of part"
TIMEOUT_S = 300.0


class Sender:
    """One file on its way."""

    def __init__(self, session: dict[str, Any], path: Path) -> None:
        self._url, self._headers, self._path = session["url"], session["headers"], path

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call a route of uploads."""
        answer = requests.request(
            method,
            f"{self._url}/uploads{path}",
            json=body,
            headers=self._headers,
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        return answer.json()

    def begin(self) -> str:
        """Begin the upload, send one part whole and half of another, and keep still."""
        size = self._path.stat().st_size
        upload = self.call("POST", "", {"name": self._path.name, "size": size, "kind": "video"})
        self.send(upload, 1)
        print(upload["id"], flush=True)
        self.send(upload, 2, stalls=True)
        return str(upload["id"])

    def go_on(self, upload_id: str) -> Any:
        """Send what has not arrived, and finish."""
        upload = self.call("GET", f"/{upload_id}")
        for number in range(1, upload["parts"] + 1):
            if number not in upload["arrived"]:
                self.send(upload, number)
        return {**self.call("POST", f"/{upload_id}/finish"), "had": upload["arrived"]}

    def send(self, upload: dict[str, Any], number: int, *, stalls: bool = False) -> None:
        """Send a part to where the API says."""
        asked = self.call("POST", f"/{upload['id']}/parts", {"parts": [number]})
        (target,) = asked["items"]
        address = urlsplit(target["url"])
        with self._path.open("rb") as file:
            file.seek((number - 1) * upload["part_bytes"])
            data = file.read(target["size"])
        connection = HTTPConnection(address.netloc, timeout=TIMEOUT_S)
        connection.putrequest(target["method"], f"{address.path}?{address.query}")
        connection.putheader("Content-Length", str(len(data)))
        connection.endheaders()
        connection.send(data[: len(data) // 2])
        if stalls:
            print(STALLED, number, flush=True)
            time.sleep(TIMEOUT_S)
        connection.send(data[len(data) // 2 :])
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        connection.close()


def main(session: str, path: str, upload: str = "") -> None:
    """Begin or go on."""
    sender = Sender(json.loads(session), Path(path))
    print(json.dumps(sender.go_on(upload)) if upload else sender.begin(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

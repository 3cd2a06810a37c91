"""Staff of a running installation, who work over HTTP."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

import application
from cli.run import demo_environment
from core.settings import load
from models.staff import Role, SessionStage
from rest import staff_session
from services.staff import sessions
from tests.admin.newsroom import Desk
from tests.e2e.installation import Installation
from tests.factories import CALLER, create_staff
from tests.waiting import PATIENCE_S


@contextmanager
def joined(installation: Installation) -> Iterator[Installation]:
    """Await an installation, connect this process with its database; end it as Ctrl-C does."""
    try:
        installation.await_start()
        told = {"ENV": "demo", "LOG_LEVEL": "ERROR", "DATA_DIR": str(installation.data)}
        application.wire(load({**told, **demo_environment(installation.data)}))
        yield installation
        assert installation.end(signal.SIGINT) == 0, installation.output
    finally:
        if installation.process.poll() is None:
            installation.end(signal.SIGKILL)


class Colleague(Desk):
    """A member of staff of a running installation, who works over HTTP."""

    def __init__(self, url: str, *roles: Role) -> None:
        self.account = create_staff(*roles)
        token = sessions.start(self.account, SessionStage.FULL, CALLER)
        self.url = f"{url}/admin/api/v1"
        self.headers = {
            "Cookie": f"{staff_session.COOKIE}={token}",
            "X-CSRF-Token": staff_session.csrf_token(token),
        }

    def call(self, method: str, path: str, body: Any = None, code: int = 200) -> Any:
        """Call any route of staff."""
        answer = requests.request(
            method, f"{self.url}/{path}", json=body, headers=self.headers, timeout=PATIENCE_S
        )
        assert answer.status_code == code, answer.text
        return answer.json() if answer.content else None

    def send(self, method: str, path: str, body: Any = None, code: int = 200) -> Any:
        """Call a route of content."""
        return self.call(method, f"content/{path}", body, code)

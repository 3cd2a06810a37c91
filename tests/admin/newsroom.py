"""Staff at work on content, for tests: who they are, and a text on its way through review."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from models.staff import Role, Staff
from tests.factories import create_staff, staff_client

API = "/admin/api/v1/content"
REVIEWERS = (Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER)
Body = dict[str, Any]


class Desk:
    """One member of staff with a browser of their own."""

    def __init__(self, app: Flask, *roles: Role, **changes: Any) -> None:
        self.account: Staff = create_staff(*roles, **changes)
        self.client: FlaskClient = staff_client(app, account=self.account)

    def send(self, method: str, path: str, body: Body | None = None, code: int = 200) -> Any:
        """Call a route below `content` and return what it answers, which must be `code`."""
        answer = self.client.open(f"{API}/{path}", method=method, json=body)
        assert answer.status_code == code, answer.text
        return answer.get_json() if answer.data else None

    def get(self, path: str, code: int = 200) -> Any:
        """Read."""
        return self.send("GET", path, code=code)

    def post(self, path: str, body: Body | None = None, code: int = 200) -> Any:
        """Act."""
        return self.send("POST", path, body, code)

    def patch(self, path: str, body: Body, code: int = 200) -> Any:
        """Change."""
        return self.send("PATCH", path, body, code)

    def put(self, path: str, body: Body, code: int = 200) -> Any:
        """Set."""
        return self.send("PUT", path, body, code)

    def refused(self, method: str, path: str, body: Body | None, code: int) -> str:
        """Return the code of a refusal."""
        return str(self.send(method, path, body, code)["error"]["code"])


def reviewers(app: Flask) -> list[Desk]:
    """Return three reviewers, one for each step."""
    return [Desk(app, role) for role in REVIEWERS]


def approve(desks: list[Desk], path: str, revision: int) -> Body:
    """Let reviewers pass a text that was submitted, and return it."""
    body: Body = {}
    for desk in desks:
        body = desk.post(f"{path}/review", {"revision": revision, "approved": True})
    return body


def release(editor: Desk, desks: list[Desk], path: str) -> Body:
    """Take an item as it stands through review until it is live, and return it."""
    revision = editor.get(path)["revision"]
    editor.post(f"{path}/submit", {"revision": revision})
    approve(desks, path, revision)
    body: Body = desks[-1].post(f"{path}/publish", {"revision": revision})
    return body

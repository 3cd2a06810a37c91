"""Calling the API as a visitor does."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

API = "/api/v1"


class Caller:
    """A client that carries a visitor's token; every answer must be kept nowhere."""

    def __init__(self, app: Flask, token: str, visitor_id: str) -> None:
        self.client = app.test_client()
        self.token = token
        self.id = visitor_id

    def open(self, method: str, path: str, body: Any = None, **query: str) -> TestResponse:
        answer = self.client.open(
            f"{API}{path}",
            method=method,
            json=body,
            query_string=query,
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.headers["Cache-Control"] == "no-store", path
        return answer

    def get(self, path: str, **query: str) -> TestResponse:
        return self.open("GET", path, **query)

    def put(self, path: str, body: Any = None) -> TestResponse:
        return self.open("PUT", path, body)

    def patch(self, path: str, body: Any = None) -> TestResponse:
        return self.open("PATCH", path, body)

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.open("POST", path, body)

    def delete(self, path: str) -> TestResponse:
        return self.open("DELETE", path)

    def me(self) -> dict[str, Any]:
        answer = self.get("/me")
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())


def code(answer: TestResponse) -> tuple[int, str]:
    """Return the status and the code of a failure."""
    return answer.status_code, answer.get_json()["error"]["code"]

"""Requests of one person over HTTP, whatever becomes of the product meanwhile."""

import http.client
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.faults.harness import Product


@dataclass
class Line:
    """Requests of one person to the product."""

    product: Product
    prefix: str
    headers: dict[str, str]
    statuses: set[int] = field(default_factory=set)

    def send(
        self, method: str, path: str, body: Any = None, key: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Send a request on a connection of its own; 0 when nothing came back."""
        headers = {**self.headers, "Content-Type": "application/json"}
        headers |= {} if key is None else {"Idempotency-Key": key}
        connection = http.client.HTTPConnection("127.0.0.1", self.product.port, timeout=30)
        status, told = 0, {}
        try:
            sent = None if body is None else orjson.dumps(body)
            connection.request(method, f"{self.prefix}{path}", sent, headers)
            answer = connection.getresponse()
            told = orjson.loads(answer.read())
            status = answer.status
        except (OSError, http.client.HTTPException, orjson.JSONDecodeError):
            told = {}
        finally:
            connection.close()
        self.statuses.add(status)
        return status, told


def code_of(answer: dict[str, Any]) -> str:
    """Return the code of a refusal."""
    return str(answer.get("error", {}).get("code", ""))

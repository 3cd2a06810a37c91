"""The platform as the callback meets it: the simulator pushes, the phones receive."""

from typing import Any

from flask import Flask

from tests.simulator.running import RunningSimulator

TOKEN = "testtoken4711"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
A, B = "测试访客 A", "测试访客 B"


class Platform:
    """An installation with the simulator beside it."""

    def __init__(self, app: Flask, simulator: RunningSimulator) -> None:
        self.app = app
        self.simulator = simulator

    def push(self, kind: str, visitor: str = A, **more: Any) -> list[dict[str, Any]]:
        """Push something; return what the callback answered, once for each time."""
        found = self.simulator.control("POST", "push", kind=kind, visitor=visitor, **more)
        answers: list[dict[str, Any]] = found["answers"]
        return answers

    def write(self, text: str, visitor: str = A) -> None:
        """Let a visitor write a text, which must be taken."""
        (answer,) = self.push("text", visitor, fields={"Content": text})
        assert (answer["status"], answer["text"]) == (200, "success"), answer

    def openid(self, visitor: str = A) -> str:
        return str(self.simulator.control("POST", "visits", visitor=visitor)["openid"])

    def received(self, visitor: str = A) -> list[dict[str, Any]]:
        """Return what came to a phone, the newest first."""
        answer = self.simulator.ask("GET", "/__sim__/received", visitor=visitor)
        found: list[dict[str, Any]] = answer.body["items"]
        return found

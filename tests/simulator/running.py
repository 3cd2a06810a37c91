"""A simulator as it runs: a process of its own, spoken to over HTTP."""

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tests.waiting import PATIENCE_S, eventually, free_port

PROJECT = Path(__file__).resolve().parents[2]
APPID = "wxtest000000000000"
SECRET = "hush-simulator-secret-4711"


class Answer(NamedTuple):
    """An HTTP answer; `body` is None when it is not JSON."""

    status: int
    body: Any
    content: bytes
    headers: dict[str, str]


class RunningSimulator:
    """A simulator on a port that stays the same over `start` and `kill`."""

    def __init__(self, log: Path, *options: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> str:
        return self._log.read_text()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "simulator", "--port", str(self.port), *self._options],
                env={
                    "PATH": os.environ["PATH"],
                    "ENV": "test",
                    "WECHAT_APPID": APPID,
                    "WECHAT_SECRET": SECRET,
                },
                cwd=PROJECT,
                stdout=log,
                stderr=log,
            )
        assert eventually(self._answers), self.output

    def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        assert self._process
        self._process.send_signal(number)
        return self._process.wait(PATIENCE_S)

    def freeze(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        **query: object,
    ) -> Answer:
        if body is not None:
            content = json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | (headers or {})
        target = f"{path}?{urlencode(query)}" if query else path
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, target, content, sent)
            response = connection.getresponse()
            received = response.read()
            try:
                found = json.loads(received)
            except ValueError:
                found = None
            return Answer(response.status, found, received, dict(response.headers.items()))
        finally:
            connection.close()

    def control(self, method: str, name: str, **body: object) -> dict[str, Any]:
        answer = self.ask(method, f"/__sim__/{name}", body if method == "POST" else None)
        assert answer.status == 200, answer
        found: dict[str, Any] = answer.body
        return found

    def reset(self, **body: object) -> None:
        self.control("POST", "reset", **body)

    def login_code(self, visitor: str = "测试访客 A", **more: object) -> str:
        return str(self.control("POST", "login-codes", visitor=visitor, **more)["code"])

    def phone_code(self, number: str = "13800138000", **more: object) -> str:
        return str(self.control("POST", "phone-codes", number=number, **more)["code"])

    def fail(self, endpoint: str, **fault: object) -> None:
        self.control("POST", "faults", endpoint=endpoint, **fault)

    def mend(self) -> None:
        self.control("DELETE", "faults")

    def advance(self, seconds: float) -> None:
        self.control("POST", "clock", seconds=seconds)

    def calls(self, endpoint: str) -> list[dict[str, Any]]:
        found = self.control("GET", "calls")["items"]
        return [call for call in found if call["endpoint"] == endpoint]

    def _answers(self) -> bool:
        try:
            return self.ask("GET", "/__sim__/health").status == 200
        except (OSError, http.client.HTTPException):
            return False

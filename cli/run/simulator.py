"""The simulator beside an installation that has no mini-program of its own."""

import http.client
import json
import secrets
import sys
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from cli import ports
from cli.ports import HOST
from cli.supervisor import Process
from models.notifications import Event
from services.subscriptions import templates

APPID = "wxdemo000000000000"
MODES = ("demo", "test")
# Nobody has it: what is told to the desk comes into the simulator's mailbox.
DESK_EMAIL = "desk@demo.invalid"
# The web server's port and so many more, where that is free: an address one can remember.
PORT_OFFSET = 100
# A template's id names its keywords. What is about a visit at a time has a template of its own.
VISITS = {
    "template": "sim-thing1-time2-thing3",
    "page": "pages/inbox/index",
    "fields": {"thing1": "{title}", "time2": "{at}", "thing3": "{route}"},
}
OTHERS = {
    "template": "sim-thing1-thing2",
    "page": "pages/inbox/index",
    "fields": {"thing1": "{title}", "thing2": "{text}"},
}
TEMPLATES = {
    event.value: VISITS if {"at", "route"} <= templates.names(event) else OTHERS for event in Event
}


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Tell whether the simulator stands in: no mini-program is set, and users are not real."""
    has_own = environment.get("WECHAT_APPID") or environment.get("WECHAT_SECRET")
    return environment.get("ENV") in MODES and not has_own


class Simulator(Process):
    """The simulator's process; `settings` is what the product must be started with.

    Its secrets are made up at each start: nobody else needs them, and nothing is kept of them.
    """

    def __init__(self, environment: Mapping[str, str], web_port: int, project: Path) -> None:
        self._port = _free_port(web_port)
        self.url = f"http://{HOST}:{self._port}"
        self.settings = {
            "WECHAT_APPID": APPID,
            "WECHAT_SECRET": secrets.token_hex(16),
            "WECHAT_API_BASE": self.url,
            "MAILBOX_URL": self.url,
            "DESK_EMAIL": environment.get("DESK_EMAIL") or DESK_EMAIL,
            "WECHAT_TEMPLATES": environment.get("WECHAT_TEMPLATES") or json.dumps(TEMPLATES),
            "WECHAT_TOKEN": secrets.token_hex(16),
            "WECHAT_ENCODING_AES_KEY": secrets.token_hex(22)[:43],
        }
        argv = [sys.executable, "-m", "simulator", "--port", str(self._port)]
        argv += ["--callback", f"http://{HOST}:{web_port}/wechat/callback"]
        super().__init__("simulator", argv, env={**environment, **self.settings}, cwd=project)

    def is_ready(self) -> bool:
        """Tell whether it answers."""
        connection = http.client.HTTPConnection(HOST, self._port, timeout=5)
        try:
            connection.request("GET", "/__sim__/health")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _free_port(web_port: int) -> int:
    """Return a port that nobody listens on and the web server is not about to take."""
    preferred = web_port + PORT_OFFSET
    if ports.is_free(preferred):
        return preferred
    return next(port for port in iter(ports.free_port, None) if port != web_port)

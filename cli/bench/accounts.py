"""Those who sign in while it is measured: visitors, by codes of the simulator, and one of staff.

They live in the measured database for the time of a run and leave nothing there.
"""

import http.client
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from cli import ports
from cli.bench import servers
from cli.bench.load import BenchError
from cli.bench.servers import HOST, PROJECT, READY_WITHIN_S, TIMEOUT_S, Answer, Place, Server
from cli.bench.store import Store
from cli.run.simulator import Simulator
from cli.supervisor import StartError
from models.audit import AuditEntry
from models.data_keys import DataKey
from models.rate_counts import RateCount
from models.staff import Role, SignInFailures, Staff, StaffSession
from models.visitors import Visitor, VisitorSession

VISITOR_SIGN_IN, ME = "/api/v1/sessions", "/api/v1/me"
STAFF_SIGN_IN = STAFF_SESSION = "/admin/api/v1/session"
LOGIN_CODES, WECHAT_EXCHANGE = "/__sim__/login-codes", "/sns/jscode2session"
USERNAME = "bench"
SETTINGS = {
    # All calls come from one address, and a refusal is no sign-in: the most that is taken.
    "LIMIT_SIGN_IN_PER_MINUTE": "100000",
    "LIMIT_VISITOR_SIGN_IN_PER_MINUTE": "1000000",
    "WECHAT_TIMEOUT_S": "2.8",
}
# What signing in writes, and what making the account did.
WRITTEN = (
    *(Staff, StaffSession, SignInFailures, AuditEntry, RateCount),
    *(Visitor, VisitorSession, DataKey),
)

Connection = http.client.HTTPConnection


@dataclass(frozen=True)
class People:
    """The product without its byte cache, the simulator beside it, and who may sign in."""

    server: Server
    simulator: Simulator
    password: str

    def connect(self) -> Connection:
        """Return a connection to the product, to be closed."""
        return Connection(HOST, self.server.port, timeout=TIMEOUT_S)

    def connect_wechat(self) -> Connection:
        """Return a connection to the simulator, which ends each with its answer."""
        port = urlsplit(self.simulator.url).port
        return Connection(HOST, port, timeout=TIMEOUT_S)

    def codes(self, count: int) -> list[str]:
        """Return login codes of `count` visitors, always the same ones.

        A code works once, within five minutes.
        """
        with closing(self.connect_wechat()) as connection:
            return [self._code(connection, f"测试访客 {number}") for number in range(count)]

    def sign_in_visitor(self, connection: Connection, code: str) -> Answer:
        """Sign a visitor in with a code of WeChat."""
        return expect(201, connection, "POST", VISITOR_SIGN_IN, {"code": code})

    def sign_in_staff(self, connection: Connection) -> Answer:
        """Sign the member of staff in by password."""
        sent = {"username": USERNAME, "password": self.password}
        return expect(200, connection, "POST", STAFF_SIGN_IN, sent)

    def ask_wechat(self, connection: Connection, code: str) -> None:
        """Exchange a code as the product does, without the product."""
        settings = self.simulator.settings
        asked = {
            "appid": settings["WECHAT_APPID"],
            "secret": settings["WECHAT_SECRET"],
            "js_code": code,
            "grant_type": "authorization_code",
        }
        answer = expect(200, connection, "GET", f"{WECHAT_EXCHANGE}?{urlencode(asked)}")
        if "openid" not in orjson.loads(answer.body):
            message = "the simulator took no code"
            raise BenchError(message)

    def visitor_headers(self) -> dict[str, str]:
        """Sign a visitor in and return what their requests carry."""
        with closing(self.connect()) as connection:
            answer = self.sign_in_visitor(connection, self.codes(1)[0])
        return {"Authorization": f"Bearer {orjson.loads(answer.body)['token']}"}

    def staff_headers(self) -> dict[str, str]:
        """Sign the member of staff in and return what their requests carry."""
        with closing(self.connect()) as connection:
            answer = self.sign_in_staff(connection)
        return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}

    def _code(self, connection: Connection, visitor: str) -> str:
        answer = expect(200, connection, "POST", LOGIN_CODES, {"visitor": visitor})
        return str(orjson.loads(answer.body)["code"])


def expect(
    status: int,
    connection: Connection,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
) -> Answer:
    """Send a request; raise `BenchError` when the answer has another status."""
    answer = servers.exchange(connection, method, path, body=body)
    if answer.status != status:
        start = answer.body[:200].decode(errors="replace")
        message = f"{path.partition('?')[0]}: {answer.status} instead of {status}: {start}"
        raise BenchError(message)
    return answer


@contextmanager
def present(store: Store, place: Place) -> Iterator[People]:
    """Serve a data set with people who can sign in; nothing of them stays.

    Raises `BenchError`, `StartError`.
    """
    _clean(store, place)  # a run that was killed has left its people
    with ExitStack() as stack:
        stack.callback(_clean, store, place)
        store.command(["db", "prepare"], place.database)
        password = _add_staff(store, place)
        simulator = stack.enter_context(simulating(place))
        settings = {**simulator.settings, **SETTINGS}
        server = stack.enter_context(servers.product(place, cached=False, **settings))
        yield People(server, simulator, password)


@contextmanager
def simulating(place: Place) -> Iterator[Simulator]:
    """Run the simulator; raise `StartError`."""
    simulator = Simulator(place.environment(), ports.free_port(), PROJECT)
    deadline = time.monotonic() + READY_WITHIN_S
    try:
        simulator.start()
        while not simulator.is_ready():
            if simulator.poll() is not None or time.monotonic() > deadline:
                message = "the simulator does not start"
                raise StartError(message)
            time.sleep(0.05)
        yield simulator
    finally:
        simulator.stop()


def _add_staff(store: Store, place: Place) -> str:
    """Make the account and return its one-time password, with which it may go on signing in."""
    words = ["staff", "add", USERNAME, "--name", "测试人员", "--role", Role.EDITOR.value]
    said = store.command(words, place.database)
    rows = [line.split() for line in said.splitlines()]
    return next(row[1] for row in rows if row[:1] == ["password"])


def _clean(store: Store, place: Place) -> None:
    for document in WRITTEN:
        store.client[place.database][document._get_collection_name()].delete_many({})

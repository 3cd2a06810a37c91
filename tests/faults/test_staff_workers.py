"""Staff over several web processes: sessions, lock-out and limits hold on each of them."""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from cli.mongod import EmbeddedMongod
from models.staff import Role, SessionStage, Staff
from rest import limits, staff_session
from services.actors import system
from services.staff import accounts, sessions
from tests.factories import CALLER, PASSWORD, create_staff
from tests.faults.harness import Product, children, frozen
from tests.waiting import eventually

SESSION = "/admin/api/v1/session"
TRIES = 2
MEMORY_GROWTH_MB = 16
# One address for each thing that is tried, so that counters of another do not reach it.
ADDRESSES = {"shared": "192.0.2.1", "alone": "192.0.2.2", "again": "192.0.2.3"}


@pytest.fixture
def served(product: Product) -> Product:
    """The product with two web workers, behind a proxy that tells the address."""
    product.environ |= {"LIMIT_SIGN_IN_PER_MINUTE": str(TRIES), "TRUSTED_PROXIES": "1"}
    product.start_web()
    return product


@contextmanager
def only(product: Product, worker: int) -> Iterator[None]:
    """Let one web worker answer, and no other."""
    with ExitStack() as others:
        for each in children(product.web.pid) - {worker}:
            others.enter_context(frozen(each))
        yield


def ask(
    product: Product, method: str, headers: Mapping[str, str], body: dict[str, Any] | None = None
) -> tuple[int, str]:
    """Send a request to the session's route; return status and code of the failure."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)
    try:
        sent = {"Content-Type": "application/json", **headers}
        connection.request(method, SESSION, json.dumps(body) if body else None, sent)
        answer = connection.getresponse()
        told = answer.read()
        return answer.status, json.loads(told)["error"]["code"] if answer.status >= 400 else ""
    finally:
        connection.close()


def sign_in(product: Product, account: Staff, password: str, address: str) -> tuple[int, str]:
    headers = {"X-Forwarded-For": address}
    return ask(product, "POST", headers, {"username": account.username, "password": password})


def on_each(product: Product, headers: Mapping[str, str]) -> set[tuple[int, str]]:
    """Ask each web worker in turn whose session this is."""
    found = set()
    for worker in children(product.web.pid):
        with only(product, worker):
            found.add(ask(product, "GET", headers))
    return found


def signed_in(account: Staff) -> dict[str, str]:
    """Return the headers of a browser that is signed in."""
    token = sessions.start(account, SessionStage.FULL, CALLER)
    return {"Cookie": f"{staff_session.COOKIE}={token}"}


def test_who_is_disabled_here_is_out_on_every_worker_at_once(served: Product) -> None:
    account, other = create_staff(Role.EDITOR), create_staff(Role.EDITOR)
    browsers, bystander = [signed_in(account) for _ in range(2)], signed_in(other)
    for headers in (*browsers, bystander):
        assert on_each(served, headers) == {(200, "")}
    accounts.disable(system("test"), account.id)
    for headers in browsers:
        assert on_each(served, headers) == {(401, "unauthenticated")}
    assert on_each(served, bystander) == {(200, "")}


def test_a_session_that_ended_on_one_worker_has_ended_on_all(served: Product) -> None:
    account = create_staff(Role.EDITOR)
    headers = signed_in(account)
    csrf = staff_session.CSRF_HEADER
    first = min(children(served.web.pid))
    with only(served, first):
        token = json.loads(served.read(SESSION, headers).body)["csrf_token"]
        assert ask(served, "DELETE", {**headers, csrf: token}) == (204, "")
    assert on_each(served, headers) == {(401, "unauthenticated")}


def test_failures_on_all_workers_lock_the_account_on_all(served: Product) -> None:
    account = create_staff(Role.EDITOR, second_factor=False)
    workers = sorted(children(served.web.pid))
    found = []
    for number in range(6):  # from six addresses: it is the account that is locked
        with only(served, workers[number % len(workers)]):
            found.append(sign_in(served, account, "wrong", f"198.51.100.{number}"))
    assert found == [(401, "sign_in_failed")] * 5 + [(429, "sign_in_locked")]
    for worker in workers:
        with only(served, worker):
            answer = sign_in(served, account, PASSWORD, "203.0.113.9")
        assert answer == (429, "sign_in_locked")


def resident_mb(pid: int) -> float:
    """Return how much memory a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def test_hashing_passwords_leaves_no_memory_behind(served: Product) -> None:
    """Each hash takes 19 MiB, in each of a worker's threads."""
    account = create_staff(Role.EDITOR, second_factor=False)
    worker = min(children(served.web.pid))
    with only(served, worker), ThreadPoolExecutor(8) as threads:
        assert sign_in(served, account, PASSWORD, "198.51.100.254") == (200, "")
        before = resident_mb(worker)
        addresses = [f"198.51.100.{number}" for number in range(40)]
        found = threads.map(lambda one: sign_in(served, account, PASSWORD, one), addresses)
        assert set(found) == {(200, "")}
        assert eventually(lambda: resident_mb(worker) < before + MEMORY_GROWTH_MB), before


def passed(product: Product, workers: list[int], address: str) -> int:
    """Try to sign in, with each worker in turn; return how many tries were let through."""
    account = create_staff(Role.EDITOR, second_factor=False)
    answers = []
    for number in range(2 * TRIES):
        with only(product, workers[number % len(workers)]):
            answers.append(sign_in(product, account, PASSWORD, address))
    assert set(answers) <= {(200, ""), (429, "rate_limited")}
    return answers.count((200, ""))


def test_limits_are_shared_and_hold_without_their_store(
    served: Product, mongod: EmbeddedMongod
) -> None:
    workers = sorted(children(served.web.pid))
    account = create_staff(Role.EDITOR, second_factor=False)
    assert passed(served, workers, ADDRESSES["shared"]) == TRIES

    mongod.kill()
    for worker in workers:
        with only(served, worker):
            refused = eventually(
                lambda: (
                    sign_in(served, account, PASSWORD, ADDRESSES["alone"]) == (429, "rate_limited")
                ),
                60,
            )
        assert refused, "without its store a worker lets everything through"
    assert served.log("web").count("limits_in_memory") >= len(workers)

    mongod.start()
    mongod.wait_ready()
    time.sleep(limits.PAUSE_S)
    assert eventually(lambda: served.read("/readyz").status == 200)
    assert passed(served, workers, ADDRESSES["again"]) == TRIES

"""Many connections at one moment are shared by the web workers."""

import os
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from core.settings import Settings
from tests.faults.harness import Product, children, frozen
from tests.waiting import PATIENCE_S

CONNECTIONS = 64
# Of two workers that share evenly each has half; without turns one has all, more often than not.
MOST = CONNECTIONS * 3 // 4
TRIES = 9
# How much earlier than the other one of them wakes.
AHEAD_S = 0.03
ESTABLISHED = "01"
REQUEST = (
    b"GET /api/v1/projects HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://elsewhere.example\r\n\r\n"
)


def established(port: int) -> set[str]:
    """Return the sockets of connections that were made to a port, as the kernel names them."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = [row for row in rows if int(row[1].rpartition(":")[2], 16) == port]
    return {f"socket:[{row[9]}]" for row in ours if row[3] == ESTABLISHED}


def accepted(pid: int, port: int) -> int:
    """Return how many connections to a port a process has."""
    folder = Path(f"/proc/{pid}/fd")
    return len(established(port) & {os.readlink(one) for one in folder.iterdir()})


def test_no_worker_takes_all_connections(product: Product, settings: Settings) -> None:
    limits = [name.upper() for name in vars(settings) if name.startswith("limit_")]
    product.environ |= dict.fromkeys(limits, "100000")
    product.start_web()

    def largest_share() -> int:
        pids = sorted(children(product.web.pid))
        with ExitStack() as opened:
            crowd = []
            with frozen(pids[1]):
                with frozen(pids[0]):
                    for _ in range(CONNECTIONS):
                        one = socket.create_connection(("127.0.0.1", product.port), PATIENCE_S)
                        one.sendall(REQUEST)
                        crowd.append(opened.enter_context(one))
                time.sleep(AHEAD_S)
            for one in crowd:
                assert one.recv(65_536).startswith(b"HTTP/1.1 200")
            shares = [accepted(pid, product.port) for pid in pids]
        assert sum(shares) == CONNECTIONS
        return max(shares)

    assert median(largest_share() for _ in range(TRIES)) <= MOST

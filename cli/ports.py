"""Ports of servers that we start on the loopback address."""

import random
import socket
from pathlib import Path

HOST = "127.0.0.1"
# Below the range from which the kernel gives ports to outgoing connections: a remembered port
# is then not taken by chance.
PORTS = range(20_000, 32_000)
TRIES = 200


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def free_port() -> int:
    """Return a port that nobody listens on; raise `StopIteration` when hundreds are taken."""
    return next(filter(is_free, random.sample(PORTS, TRIES)))


def remembered(folder: Path) -> int | None:
    """Return the port that was remembered in a folder."""
    try:
        return int((folder / "port").read_text())
    except (OSError, ValueError):
        return None


def remember(folder: Path, port: int) -> None:
    """Remember a port in a folder."""
    written = folder / "port.new"
    written.write_text(f"{port}\n")
    written.replace(folder / "port")

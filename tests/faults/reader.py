"""A program that reads as fast as it can, and tells which number was still seen when.

Called with a port and paths; it ends with its standard input. It needs nothing of the product: a
client that is busy with anything else would measure itself. Prints one JSON object: `answers` (a
count), `failures`, and `last` (number in a title → the latest moment, CLOCK_MONOTONIC, at which a
request was sent that got it).
"""

import json
import re
import socket
import sys
import threading
import time

CONNECTIONS = 6
# A new connection now and then, so that every web worker gets some.
REQUESTS_A_CONNECTION = 100
NUMBER = re.compile(rb"number (\d{6})")
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.I)


class Reader:
    """One thread with one connection at a time."""

    def __init__(self, port: int, ended: threading.Event, paths: list[str]) -> None:
        self.port = port
        self.ended = ended
        self.requests = [f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths]
        self.answers = 0
        self.failures: list[str] = []
        self.last: dict[int, float] = {}

    def run(self) -> None:
        """Read until the time is over."""
        while not self.ended.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
                    for number in range(REQUESTS_A_CONNECTION):
                        self._read(connection, self.requests[number % len(self.requests)])
            except OSError as error:
                self.failures.append(type(error).__name__)

    def _read(self, connection: socket.socket, request: bytes) -> None:
        sent = time.monotonic()
        connection.sendall(request)
        head, _, body = connection.recv(65_536).partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if length is None or not head.startswith(b"HTTP/1.1 200 "):
            self.failures.append(head[:60].decode(errors="replace"))
            raise ConnectionError
        while len(body) < int(length[1]):
            body += connection.recv(65_536)
        self.answers += 1
        if number := NUMBER.search(body):
            self.last[int(number[1])] = sent
        else:
            self.failures.append("no number in the answer")


def main(port: int, paths: list[str]) -> None:
    """Read with some threads and tell what they saw."""
    ended = threading.Event()
    readers = [Reader(port, ended, paths[n:] + paths[:n]) for n in range(CONNECTIONS)]
    threads = [threading.Thread(target=reader.run) for reader in readers]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    ended.set()
    for thread in threads:
        thread.join()
    last: dict[int, float] = {}
    for reader in readers:
        for number, sent in reader.last.items():
            last[number] = max(sent, last.get(number, 0.0))
    failures = [failure for reader in readers for failure in reader.failures]
    answers = sum(reader.answers for reader in readers)
    print(json.dumps({"answers": answers, "failures": failures, "last": last}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])

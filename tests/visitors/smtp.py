"""A mail server of a few lines: takes what comes, and tells what it took."""

import socketserver
import threading
import time
from types import TracebackType
from typing import Self


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: SmtpServer = self.server  # type: ignore[assignment]
        self._say("220 test")
        lines: list[str] | None = None
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            if lines is not None:
                if line == ".":
                    server.messages.append("\n".join(lines))
                    lines = None
                    time.sleep(server.pause_s)
                    self._say("250 taken")
                else:
                    lines.append(line)
            elif line.upper().startswith("RCPT") and server.refusal:
                self._say(server.refusal)
            elif line.upper() == "DATA":
                lines = []
                self._say("354 go on")
            elif line.upper() == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class SmtpServer(socketserver.ThreadingTCPServer):
    """Listens on loopback; answers `refusal` to every receiver when there is one.

    A message is taken at once; that is said after `pause_s`.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages: list[str] = []
        self.refusal = ""
        self.pause_s = 0.0
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown()
        self._thread.join(10)
        self.server_close()

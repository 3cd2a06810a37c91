"""Calls of WeChat from many threads at once, as a process: `python -m tests.wechat.stormer`.

It says `ready`, waits for a line, then makes one call a thread and tells how each ended.
"""

import dataclasses
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import application
from core.errors import AppError
from core.settings import load
from services import wechat_gateway

# How long a call may take on a machine that is busy with more than this.
PATIENCE_S = 60.0


def main(threads: int) -> None:
    """Storm once."""
    settings = dataclasses.replace(load(), wechat_timeout_s=PATIENCE_S)
    application.wire(settings)
    client = wechat_gateway.client()
    barrier = threading.Barrier(threads)

    def call() -> str:
        barrier.wait(PATIENCE_S)
        try:
            client.url_link("pages/index/index", "a=1", days=1)
        except AppError as error:
            return f"{error.code} {error.params}"
        return "ok"

    with ThreadPoolExecutor(threads) as pool:
        print("ready", flush=True)
        sys.stdin.readline()
        ends = [pool.submit(call) for _ in range(threads)]
        print(json.dumps([end.result() for end in ends]), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""A program that publishes the same item again and again; each title tells its number.

Called with kind, item, how often, and how many seconds lie between. For each it prints number and
the moment (CLOCK_MONOTONIC, the same in all processes) at which publishing was acknowledged.
"""

import sys
import time

import application
from core.settings import load
from models.enums import Kind
from services import content, publishing
from tests.factories import ACTOR

TITLE = "测试 number {:06d}"


def main(kind: Kind, item: str, count: int, pause_s: float) -> None:
    """Publish `count` times."""
    application.wire(load())
    began = time.monotonic()
    for number in range(1, count + 1):
        current = content.get(kind, item)
        content.update(
            kind, item, {"title": TITLE.format(number)}, revision=current.revision, actor=ACTOR
        )
        publishing.publish(kind, item, actor=ACTOR)
        print(number, time.monotonic(), flush=True)
        time.sleep(max(0.0, began + number * pause_s - time.monotonic()))


if __name__ == "__main__":
    main(Kind(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))

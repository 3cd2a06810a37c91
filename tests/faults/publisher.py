"""A program that publishes the same item for each line it reads; each title tells its number.

Called with kind and item. For each it prints number and the moment (CLOCK_MONOTONIC, the same in
all processes) at which publishing was acknowledged. It ends with its standard input.
"""

import sys
import time

import application
from core.settings import load
from models.enums import Kind
from services import content, publishing
from tests.factories import ACTOR

TITLE = "测试 number {:06d}"


def main(kind: Kind, item: str) -> None:
    """Publish as often as it is told to."""
    application.wire(load())
    for number, _ in enumerate(sys.stdin, 1):
        current = content.get(kind, item)
        content.update(
            kind, item, {"title": TITLE.format(number)}, revision=current.revision, actor=ACTOR
        )
        publishing.publish(kind, item, actor=ACTOR)
        print(number, time.monotonic(), flush=True)


if __name__ == "__main__":
    main(Kind(sys.argv[1]), sys.argv[2])

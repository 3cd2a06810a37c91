"""Web workers are killed while visitors read: the others answer, and new ones come."""

import os
import signal
import time

from models.enums import Kind
from tests.factories import create_live
from tests.faults.harness import UNCACHED, WEB_WORKERS, Product, Readers, by_form, children
from tests.waiting import eventually

KILLS = by_form(short=4, long=100)
# Not the time that a new worker takes to start, and the other one is there.
ANSWERED_WITHIN_S = 10.0
# What a client can see of a worker that dies: its connection ends.
ENDED = {
    "BrokenPipeError",
    "ConnectionResetError",
    "IncompleteRead",
    "RemoteDisconnected",
}


def test_clients_see_ended_connections_and_no_failure(product: Product) -> None:
    item = create_live(Kind.SITES)
    paths = ["/api/v1/sites", f"/api/v1/sites/{item.id}", "/healthz"]
    product.start_web()
    with (
        Readers(product, paths, count=2, pause_s=0.002) as cached,
        Readers(product, paths, count=2, headers=UNCACHED, pause_s=0.002) as uncached,
    ):
        all_readers = (cached, uncached)
        for kill in range(KILLS):
            assert eventually(lambda: all(each.are_well_for(0.3) for each in all_readers))
            before = children(product.web.pid)
            os.kill(sorted(before)[kill % WEB_WORKERS], signal.SIGKILL)
            killed = time.monotonic()
            answered = eventually(
                lambda killed=killed: any(
                    each.status == 200 for one in all_readers for each in one.since(killed)
                ),
                ANSWERED_WITHIN_S,
            )
            assert answered, "the other worker does not answer"
            assert eventually(lambda before=before: children(product.web.pid) - before)
            assert eventually(lambda: product.has_web_workers(WEB_WORKERS))
    lost = [each for one in all_readers for each in one.readings if each.status != 200]
    assert {each.status for each in lost} <= {0}
    assert {each.error for each in lost} <= ENDED
    # Whoever was being answered, or waited for that worker's threads: one request a client.
    assert len(lost) <= 4 * KILLS
    assert product.web.poll() is None

"""A database that does not answer: requests end, workers stay, all is well by itself afterwards."""

import time
from collections.abc import Mapping

from cli.mongod import EmbeddedMongod
from models.enums import Kind
from tests.factories import create_live
from tests.faults.harness import (
    UNCACHED,
    Product,
    Readers,
    Reading,
    by_form,
    children,
    frozen,
)
from tests.waiting import eventually

FROZEN_S = by_form(short=3.5, long=60.0)
RECOVERED_WITHIN_S = 5.0
# As many as one web worker has threads: a request that waits for one takes longer.
READERS = 4


def paths_of_live_content() -> list[str]:
    item = create_live(Kind.SITES)
    return ["/api/v1/sites", f"/api/v1/sites/{item.id}", "/api/v1/home", "/readyz"]


def freeze_while_reading(
    product: Product, mongod: EmbeddedMongod, headers: Mapping[str, str]
) -> list[Reading]:
    """Read before, while and after the database is frozen; return what was read meanwhile.

    Checks what holds in any case: nobody waits longer than the deadline, and all are answered as
    usual again within seconds, by the same web workers as before.
    """
    paths = paths_of_live_content()
    product.start_web()
    web_workers = children(product.web.pid)
    assert len(web_workers) == 2
    with Readers(product, paths, count=READERS, headers=headers) as readers:
        assert eventually(lambda: len(readers.readings) > 40)
        assert readers.statuses() == {200}
        with frozen(mongod.pid):
            stopped = time.monotonic()
            time.sleep(FROZEN_S)
            assert eventually(lambda: len(readers.since(stopped)) >= READERS)
            again = time.monotonic()
        # As much again is for a machine that is busy.
        assert eventually(lambda: readers.are_well_for(1.0), 2 * RECOVERED_WITHIN_S)
    assert readers.are_in_time()
    assert children(product.web.pid) == web_workers
    assert "WORKER TIMEOUT" not in product.log("web")
    return [each for each in readers.since(stopped) if each.began + each.seconds < again]


def test_what_must_be_asked_of_a_frozen_database_is_refused_cleanly(
    product: Product, mongod: EmbeddedMongod
) -> None:
    meanwhile = freeze_while_reading(product, mongod, UNCACHED)
    assert len(meanwhile) >= READERS
    assert {each.status for each in meanwhile} == {503}
    for each in meanwhile:
        assert each.is_clean_refusal or each.path == "/readyz"


def test_what_was_read_before_can_be_read_while_the_database_is_frozen(
    product: Product, mongod: EmbeddedMongod
) -> None:
    meanwhile = freeze_while_reading(product, mongod, {})
    read = [each for each in meanwhile if each.path != "/readyz"]
    assert read
    refused = [(each.path, each.began - read[0].began) for each in read if each.status != 200]
    assert refused == []


def test_visitors_who_wait_for_the_same_answer_are_refused_together(
    product: Product, mongod: EmbeddedMongod
) -> None:
    product.start_web()
    with (
        frozen(mongod.pid),
        Readers(product, ["/api/v1/faqs"], count=READERS, pause_s=0.001) as readers,
    ):
        time.sleep(FROZEN_S)
    assert len(readers.readings) >= READERS
    assert all(each.is_clean_refusal for each in readers.readings)
    assert readers.are_in_time()

"""Kept answers: one request under a key is processed, the others get its answer."""

import datetime as dt
import threading

import pytest

from core.clock import now
from core.errors import Conflict
from models.idempotency import IdempotentAnswer
from services import idempotency
from services.idempotency import Answer, Ticket

KEEP = dt.timedelta(hours=24)
ANSWER = Answer(201, b'{"id": "1"}')


def begin(key: str = "key", fingerprint: str = "body") -> Answer | Ticket:
    return idempotency.begin(key, fingerprint, KEEP)


def ticket(key: str = "key") -> Ticket:
    got = begin(key)
    assert isinstance(got, Ticket)
    return got


def holder_dies() -> None:
    """Let the time that a request may take pass."""
    IdempotentAnswer.objects.update(set__busy_until=now() - dt.timedelta(seconds=1))


def test_the_first_request_may_be_processed_and_the_next_gets_its_answer() -> None:
    idempotency.finish(ticket(), ANSWER)
    assert begin() == ANSWER
    assert begin() == ANSWER


def test_keys_are_apart() -> None:
    idempotency.finish(ticket("one"), ANSWER)
    assert isinstance(begin("two"), Ticket)


@pytest.mark.parametrize("finished", [True, False])
def test_a_key_is_not_for_another_request(finished: bool) -> None:
    first = ticket()
    if finished:
        idempotency.finish(first, ANSWER)
    with pytest.raises(Conflict) as refused:
        begin(fingerprint="other body")
    assert refused.value.code == "idempotency_reused"


def test_while_the_first_is_processed_others_are_asked_to_wait() -> None:
    ticket()
    with pytest.raises(Conflict) as refused:
        begin()
    assert (refused.value.code, refused.value.retry_after_s) == ("idempotency_running", 1)


def test_a_key_that_was_given_back_can_be_used_again() -> None:
    idempotency.release(ticket())
    idempotency.finish(ticket(), ANSWER)
    assert begin() == ANSWER


def test_a_key_whose_holder_died_is_taken_over_by_one() -> None:
    dead = ticket()
    holder_dies()
    heir = ticket()
    assert heir.token != dead.token
    with pytest.raises(Conflict):
        begin()


def test_a_holder_that_lost_its_key_changes_nothing() -> None:
    slow = ticket()
    holder_dies()
    heir = ticket()
    idempotency.finish(slow, Answer(500, b"late"))
    idempotency.release(slow)
    idempotency.finish(heir, ANSWER)
    assert begin() == ANSWER


def test_an_answer_is_kept_for_the_time_that_was_asked_for() -> None:
    ticket()
    (row,) = IdempotentAnswer.objects
    assert abs(row.expires_at - (now() + KEEP)) < dt.timedelta(minutes=1)


def test_of_sixteen_equal_requests_one_is_processed() -> None:
    barrier = threading.Barrier(16)
    got: list[object] = []

    def work() -> None:
        barrier.wait()
        try:
            got.append(begin())
        except Conflict as refused:
            got.append(refused.code)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Ticket) for one in got) == 1
    assert got.count("idempotency_running") == 15

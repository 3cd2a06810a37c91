"""The watcher's thread: started when it is missing, ended when it is told to, quiet meanwhile."""

import ctypes
import os
import threading
import time

import pytest

from core.shared import Counters
from models.versions import Version
from services import versions
from services.watching import POLL_S, Watcher
from tests.services.following import bump, follows, started
from tests.waiting import PATIENCE_S, eventually, kept


def test_it_runs_once_however_often_it_is_asked_for(watcher: Watcher) -> None:
    started(watcher)
    thread = watcher._thread
    for _ in range(100):
        watcher.ensure()
    assert watcher._thread is thread


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the kill
def test_a_thread_that_was_killed_is_started_again(watcher: Watcher, counters: Counters) -> None:
    thread = started(watcher)._thread
    assert thread is not None
    kill = ctypes.pythonapi.PyThreadState_SetAsyncExc
    assert kill(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)) == 1
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    bump()
    assert not follows(counters, 2 * POLL_S), "nobody follows"
    watcher.ensure()
    assert follows(counters)


def test_in_a_forked_child_it_is_started_again(watcher: Watcher, counters: Counters) -> None:
    started(watcher)
    child = os.fork()
    if child == 0:  # no test from here on: it must end without pytest's own end
        thread = watcher._thread
        alone = thread is not None and not thread.is_alive()
        watcher.ensure()
        os._exit(0 if alone and watcher._thread is not thread else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    bump()
    assert follows(counters), "the parent's own goes on"


def test_it_says_that_it_lives(watcher: Watcher, counters: Counters) -> None:
    started(watcher)
    assert eventually(lambda: counters.age_s() < versions.FRESH_S)
    watcher.stop()
    assert eventually(lambda: counters.age_s() > versions.FRESH_S)


def test_a_dropped_collection_does_not_make_it_spin(watcher: Watcher) -> None:
    started(watcher)
    Version._get_collection().drop()
    time.sleep(2 * POLL_S)  # until it has seen that

    def is_quiet() -> bool:
        used = time.process_time()
        time.sleep(2 * POLL_S)
        return time.process_time() - used < 0.3

    assert kept(is_quiet)


def test_it_ends_when_it_is_told_to(watcher: Watcher) -> None:
    started(watcher)
    stopping = threading.Thread(target=watcher.stop)
    stopping.start()
    stopping.join(PATIENCE_S)
    assert watcher._thread is not None
    assert not watcher._thread.is_alive()

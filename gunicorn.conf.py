"""Settings of the web server; `gunicorn wsgi:app` in the project folder picks this file up."""

import ctypes
import os
import shutil
import tempfile
import time
from contextlib import suppress
from typing import Any

# Metrics of all workers meet in files of this folder. prometheus-client decides at its import
# whether it uses them, so the variable comes before that import, here and in the application.
_own_metrics_dir = None
if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    _own_metrics_dir = tempfile.mkdtemp(prefix="toolbox-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = _own_metrics_dir

# The version counters that the workers of this server share: a fresh file at each start, because
# they only grow and the database may be another one.
_run_dir = None
if not os.environ.get("RUN_DIR"):
    _run_dir = tempfile.mkdtemp(prefix="toolbox-run-")
    os.environ["RUN_DIR"] = _run_dir

from gunicorn.workers.gthread import ThreadWorker  # noqa: E402 - beside the one below
from prometheus_client import multiprocess  # noqa: E402 - must find the variable set

_host = os.environ.get("HOST") or "127.0.0.1"
_port = os.environ.get("PORT") or "8000"
bind = f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"

# One process a core does the work; two at least, so that one that is replaced leaves another.
workers = int(os.environ.get("WEB_CONCURRENCY") or max(2, len(os.sched_getaffinity(0))))

# Threads wait for MongoDB side by side, and idle connections cost none: a thread is taken only
# while a request is answered. More than four only contend for the interpreter lock.
threads = 4


class FairWorker(ThreadWorker):
    """A threaded worker that leaves connections to another while its own threads are all busy.

    Connections that come at one moment would all go to the worker that wakes first, and stay there
    as long as they are kept alive: one core then does the work of two.
    """

    def accept(self, listener: Any) -> None:
        """Accept a connection, unless another worker takes it meanwhile."""
        idle = len(self.keepalived_conns) + len(self.pending_conns)
        if self.nr_conns - idle >= self.cfg.threads:
            time.sleep(TURN_S)
        super().accept(listener)


TURN_S = 0.001
worker_class = FairWorker

# Each worker imports the application after the fork and so owns its MongoDB client, its
# threads and its change stream; a new worker also picks up new code.
preload_app = False

# No recycling by request count: it would hide leaks, and each new worker starts with an empty
# cache.
max_requests = 0

# A request ends within a few seconds (MONGODB_TIMEOUT_MS) or is refused. `timeout` only finds a
# worker whose event loop hangs; slow requests run in threads and do not trigger it.
timeout = 30

# What is being answered when the server is told to stop may finish: several times what a request
# may wait for the database, for exports and for files on their way to slow phones. It stays below
# the 25 s after which `run` kills (`cli.supervisor`; service managers wait longer): the server then
# still ends its workers itself and leaves no folders behind.
graceful_timeout = 20

# Long enough for the next tap in a mini-program, short enough to free idle connections.
keepalive = 5

# A search in Chinese takes nine bytes a character, so the line stays roomy; the rest is the
# default, spelled out because it is a limit on input.
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 8190

# Only these peers may say by X-Forwarded-Proto that the client used HTTPS. No header may set
# SCRIPT_NAME or PATH_INFO: nothing here is mounted below a prefix.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS") or "127.0.0.1,::1"
forwarder_headers = ""

# Workers show that they live by touching a file; on a disk that can block.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108

# The application logs its requests itself, without query strings and addresses.
accesslog = None
errorlog = "-"
loglevel = (os.environ.get("LOG_LEVEL") or "info").lower()

# Nothing talks to it, and by default all instances of a user would share one in the home folder.
control_socket_disable = True


# Hashing a password takes 19 MiB. glibc would take that for the usual size, and keep such a buffer
# in each thread for ever: workers of 73 MB grew to 149. With a fixed threshold it is given back.
_M_MMAP_THRESHOLD, _LARGE_BYTES = -3, 4 * 2**20


def post_fork(_server: Any, _worker: Any) -> None:
    """Let the allocator return large buffers; other C libraries than glibc do so anyway."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def child_exit(_server: Any, worker: Any) -> None:
    """Drop the live gauges of a worker that ended."""
    multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    """Remove the folders that this file made."""
    for folder in (_own_metrics_dir, _run_dir):
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

"""Figures about ourselves for Prometheus, right over several processes.

With PROMETHEUS_MULTIPROC_DIR set, every process writes its figures there and any of them answers
for all. The variable must be set before this module is imported: gunicorn.conf.py does so.
"""

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("toolbox_requests", "Requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "toolbox_request_seconds",
    "Time to answer a request",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
JOBS = Counter("toolbox_jobs", "Background jobs ended", ["name", "outcome"])
JOB_SECONDS = Histogram("toolbox_job_seconds", "Time a background job took", ["name"])
# `errcode` is one that we know, `other`, or 0 when WeChat told none.
WECHAT_CALLS = Counter(
    "toolbox_wechat_calls", "Calls of WeChat's APIs", ["api", "outcome", "errcode"]
)
WECHAT_SECONDS = Histogram(
    "toolbox_wechat_seconds",
    "Time a call of one of WeChat's APIs took",
    ["api"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3),
)
WECHAT_PUSHES = Counter("toolbox_wechat_pushes", "What WeChat pushed", ["outcome"])


def exposition() -> tuple[bytes, str]:
    """Return the figures of all processes, and their content type."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST

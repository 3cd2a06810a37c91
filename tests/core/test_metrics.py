"""Figures about ourselves: right in one process and summed over several."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

PROJECT = Path(__file__).resolve().parents[2]
COUNT = """
    import os
    from core import metrics
    metrics.REQUESTS.labels("GET", "/api/v1/home", 200).inc({times})
    metrics.REQUEST_SECONDS.labels("/api/v1/home").observe(0.004)
    metrics.JOBS.labels("content.publish", "done").inc()
"""
SHOW = """
    from core import metrics
    body, kind = metrics.exposition()
    print(kind)
    print(body.decode())
"""


def run(script: str, folder: Path | None = None) -> str:
    environ = {name: value for name, value in os.environ.items() if "PROMETHEUS" not in name}
    if folder is not None:
        environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=PROJECT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def samples(printed: str) -> dict[tuple[str, str], float]:
    """Return (name, route or job name) → value of what was exposed."""
    kind, _, body = printed.partition("\n")
    assert kind.startswith("text/plain; version=")
    return {
        (sample.name, sample.labels.get("route", sample.labels.get("name", ""))): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
        if sample.name.startswith("toolbox_") and "le" not in sample.labels
    }


def test_one_process_tells_its_own_figures() -> None:
    found = samples(run(COUNT.format(times=3) + SHOW))
    assert found["toolbox_requests_total", "/api/v1/home"] == 3
    assert found["toolbox_request_seconds_count", "/api/v1/home"] == 1
    assert found["toolbox_jobs_total", "content.publish"] == 1


def test_one_of_several_processes_answers_for_all_even_those_that_ended(tmp_path: Path) -> None:
    run(COUNT.format(times=2), tmp_path)
    run(COUNT.format(times=5), tmp_path)
    found = samples(run(COUNT.format(times=1) + SHOW, tmp_path))
    assert found["toolbox_requests_total", "/api/v1/home"] == 8
    assert found["toolbox_request_seconds_count", "/api/v1/home"] == 3
    assert found["toolbox_jobs_total", "content.publish"] == 3


def test_a_process_that_counted_nothing_answers_too(tmp_path: Path) -> None:
    run(COUNT.format(times=4), tmp_path)
    assert samples(run(SHOW, tmp_path))["toolbox_requests_total", "/api/v1/home"] == 4


def test_the_short_answers_of_the_cache_are_told_apart() -> None:
    printed = run(COUNT.format(times=1) + SHOW)
    assert 'toolbox_request_seconds_bucket{le="0.0025",route="/api/v1/home"} 0.0' in printed
    assert 'toolbox_request_seconds_bucket{le="0.005",route="/api/v1/home"} 1.0' in printed

"""A storm on an expired token: all processes together fetch a new one once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from services import wechat_gateway
from tests.simulator.running import RunningSimulator

PROJECT = Path(__file__).resolve().parents[2]
PROCESSES, THREADS = 4, 12
BAD_TOKEN = (40001, 40014, 42001)


def storm(environ: dict[str, str]) -> list[str]:
    """Let all processes call at once; return how every call ended."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.wechat.stormer", str(THREADS)],
            env={**environ, "PATH": os.environ["PATH"], "LOG_LEVEL": "ERROR"},
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    try:
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        ends: list[str] = []
        for process in processes:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
        for process in processes:
            ends += json.loads(process.communicate(timeout=120)[0])
        return ends
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.parametrize("age_s", [0, 7_201], ids=["superseded", "expired"])
def test_a_storm_on_a_token_that_stopped_working_fetches_one(
    visitor_app: Flask, visitor_environ: dict[str, str], simulator: RunningSimulator, age_s: int
) -> None:
    del visitor_app
    wechat_gateway.client().access_token()
    if age_s:
        simulator.advance(age_s)
    else:
        simulator.control("DELETE", "tokens")
    assert storm(visitor_environ) == ["ok"] * (PROCESSES * THREADS)
    assert len(simulator.calls("stable_token")) == 2, "the first one, and one for all"
    refused = [call for call in simulator.calls("generate_urllink") if call["errcode"] in BAD_TOKEN]
    assert len(refused) <= PROCESSES * THREADS


def test_a_storm_on_tokens_that_never_work_stops_after_two_attempts_each(
    visitor_app: Flask, visitor_environ: dict[str, str], simulator: RunningSimulator
) -> None:
    del visitor_app
    simulator.fail("generate_urllink", errcode=40001)
    ends = storm(visitor_environ)
    assert set(ends) == {"wechat_refused {'errcode': 40001}"}
    assert len(simulator.calls("generate_urllink")) == 2 * PROCESSES * THREADS

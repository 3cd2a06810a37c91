"""Starting the simulator: what it insists on, how it ends, what it never prints."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulator.running import PROJECT, SECRET, RunningSimulator
from tests.waiting import PATIENCE_S, free_port

COMPLETE = {"ENV": "demo", "WECHAT_APPID": "wx1", "WECHAT_SECRET": "s"}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"ENV": "production"}, "the simulator runs with ENV=demo or ENV=test only"),
        ({"ENV": ""}, "the simulator runs with ENV=demo or ENV=test only"),
        ({"WECHAT_APPID": ""}, "WECHAT_APPID and WECHAT_SECRET are not set"),
        ({"WECHAT_SECRET": ""}, "WECHAT_APPID and WECHAT_SECRET are not set"),
    ],
)
def test_it_refuses_to_start(changed: dict[str, str], told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "--port", str(free_port())],
        env={"PATH": os.environ["PATH"]} | COMPLETE | changed,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == f"Error: {told}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_and_prints_no_requests(tmp_path: Path, number: signal.Signals) -> None:
    simulator = RunningSimulator(tmp_path / "log")
    simulator.start()
    simulator.ask("GET", "/sns/jscode2session", appid="x", secret=SECRET)
    assert simulator.end(number) == 0
    assert simulator.output == ""

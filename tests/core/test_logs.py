"""Logs: JSON lines on standard error that name events and never quote what came in."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "sk-4711-secret"
PRELUDE = """
    import logging
    from core import logs
    logs.configure({level!r})
    logger = logs.get("test.module")
"""


def logged(script: str, level: str = "INFO") -> list[dict[str, Any]]:
    """Run a script in a process of its own and return the lines on its standard error."""
    source = textwrap.dedent(PRELUDE).format(level=level) + textwrap.dedent(script)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", source],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_line_is_one_json_object_with_level_time_and_module() -> None:
    (line,) = logged("logger.info('published', kind='tracks', item='一')")
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "published",
        "kind": "tracks",
        "item": "一",
        "level": "info",
        "module": "test.module",
    }


def test_lines_carry_the_id_of_their_request() -> None:
    before, inside, library = logged(
        """
        logger.info("before")
        logs.request_id.set("request-1")
        logger.info("inside")
        logging.getLogger("library").warning("from a library")
        """
    )
    assert "request_id" not in before
    assert inside["request_id"] == library["request_id"] == "request-1"


def test_libraries_write_the_same_lines() -> None:
    (line,) = logged("logging.getLogger('library').warning('%s is low', 'disk')")
    assert (line["event"], line["level"]) == ("disk is low", "warning")


@pytest.mark.parametrize(
    "statement",
    [
        "logger.error('failed', exc_info=error)",
        "logger.exception('failed')",
        "logging.getLogger('library').exception('failed')",
    ],
)
def test_an_exception_is_told_by_type_and_place_without_its_text(statement: str) -> None:
    script = f"""
        def parse():
            int({SECRET!r})
        try:
            try:
                parse()
            except ValueError as cause:
                raise KeyError({SECRET!r}) from cause
        except KeyError as error:
            {statement}
        """
    (line,) = logged(script)
    assert SECRET not in json.dumps(line)
    first, second = line["exception"]
    assert (first["type"], second["type"]) == ("KeyError", "ValueError")
    assert second["at"][-1].endswith(" parse")


def test_lines_below_the_level_are_not_written() -> None:
    script = """
        logger.info("quiet")
        logging.getLogger("library").info("quiet")
        logger.warning("loud")
        """
    assert [line["event"] for line in logged(script, level="WARNING")] == ["loud"]


def test_the_driver_does_not_log_its_commands() -> None:
    script = f"""
        logging.getLogger("pymongo.command").debug("insert %s", {SECRET!r})
        logging.getLogger("pymongo.topology").info("server %s", {SECRET!r})
        """
    assert logged(script, level="DEBUG") == []

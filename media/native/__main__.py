"""The child process: one call, told as JSON in the first argument, answered as a line of JSON."""

import importlib
import json
import os
import resource
import sys
from collections.abc import Callable
from typing import IO, Any

from core.errors import Invalid
from media.native import documents, films, images, posters


def _draw(folder: str) -> dict[str, Any]:
    """Draw a sheet: only who prints waits for its library and fonts."""
    drawn: dict[str, Any] = importlib.import_module("media.native.printing").draw(folder)
    return drawn


def _draw_book(folder: str) -> dict[str, Any]:
    """Draw a book, with the library and the fonts of the sheets."""
    drawn: dict[str, Any] = importlib.import_module("media.native.books").draw(folder)
    return drawn


def _write_workbook(folder: str) -> dict[str, Any]:
    """Write a workbook, with a library that nobody else needs."""
    written: dict[str, Any] = importlib.import_module("media.native.workbooks").write(folder)
    return written


FUNCTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "images.inspect": images.inspect,
    "images.render": images.render,
    "films.probe": films.probe,
    "documents.inspect": documents.inspect,
    "documents.render": documents.render,
    "sheets.draw": _draw,
    "books.draw": _draw_book,
    "workbooks.write": _write_workbook,
    "posters.draw": posters.draw,
}
# May tell of their progress.
_LONG = {"documents.render"}


def main(task: str, answers: IO[str]) -> None:
    """Run the task and write its answer; what it has no answer for ends the process."""
    told = json.loads(task)
    memory = told["memory_mb"] * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    arguments = told["arguments"]
    if told["function"] in _LONG:
        arguments["on_progress"] = lambda share: _write(answers, {"progress": share})
    answer: dict[str, Any]
    try:
        answer = {"result": FUNCTIONS[told["function"]](**arguments)}
    except Invalid as error:
        answer = {"refused": error.code, "params": error.params}
    except MemoryError:
        answer = {"refused": "media_demanding", "params": {}}
    except OSError as error:  # the disk, not the file: without the path that its text holds
        answer = {"failed": error.strerror or type(error).__name__}
    _write(answers, answer)


def _write(answers: IO[str], line: dict[str, Any]) -> None:
    print(json.dumps(line), file=answers, flush=True)


if __name__ == "__main__":
    # What libraries print themselves must not mix with the answer.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as output:
        os.dup2(2, 1)
        main(sys.argv[1], output)

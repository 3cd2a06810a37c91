"""Made-up requests over the whole document: no server error, every answer as documented.

The short form runs always and is the same each time; `TEST_LONG=1` runs a hundred thousand cases
that differ from run to run.
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from models.enums import Kind
from services import sitemaps
from tests.api.complete import Items, create_chapters, create_items
from tests.api.surface import API

LONG = os.environ.get("TEST_LONG") == "1"
CASES = 100_000 if LONG else 500
# How many of them an operation gets at a time, in one way of asking.
ROUND = 200 if LONG else 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# An operation, whether to ask rightly or wrongly, and what stands fast in its path.
Operation = APIOperation[Any, Any, Any, Any]
Way = tuple[Operation, GenerationMode, dict[str, Any]]


@pytest.fixture
def items() -> Items:
    """Complete live content, for requests to find."""
    items = create_items()
    create_chapters(items[Kind.HANDBOOK], items[Kind.CHAPTERS])
    for kind in Kind:
        sitemaps.build(kind)
    return items


@pytest.fixture
def document(app: Flask) -> BaseSchema:
    """The API's own document, as schemathesis reads it."""
    return schemathesis.openapi.from_wsgi(f"{API}/swagger.json", app)


def _operations(document: BaseSchema) -> list[Operation]:
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) > 20
    return operations


def _found(operation: Operation, items: Items) -> dict[str, str]:
    """Return values of a path's parameters for which there is something."""
    resource = operation.path.strip("/").split("/")[0]
    chapter = items[Kind.CHAPTERS]
    values = {"kind": "tracks", "edition": chapter.edition, "chapter": chapter.slug}
    if resource in set(Kind):
        values["id_or_slug"] = items[Kind(resource)].id
    names = [one.name for one in operation.path_parameters]
    return {name: values[name] for name in names}


def _ways(document: BaseSchema, items: Items) -> Iterator[Way]:
    """Yield each operation in each way of asking: right and wrong, made up and found."""
    for operation in _operations(document):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            yield operation, mode, {}
            if found := _found(operation, items):
                yield operation, mode, {"path_parameters": found}


def _fuzz(way: Way) -> Counter[int]:
    """Send made-up requests in one way and check the answers; count their statuses."""
    operation, mode, values = way
    checks = [*CHECKS]
    if mode is GenerationMode.NEGATIVE:
        checks.append(negative_data_rejection)
    statuses: Counter[int] = Counter()

    @settings(
        max_examples=ROUND,
        derandomize=not LONG,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, **values))
    def run(case: Case) -> None:
        answer = case.call()
        case.validate_response(answer, checks=checks)
        statuses[int(answer.status_code)] += 1

    run()
    return statuses


def test_no_request_finds_a_fault(document: BaseSchema, items: Items) -> None:
    ways = list(_ways(document, items))
    statuses: Counter[int] = Counter()
    while statuses.total() < CASES:
        for way in ways:
            statuses += _fuzz(way)
    for status in (200, 400, 404):
        assert statuses[status] > CASES // 20, statuses

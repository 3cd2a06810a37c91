"""Lists of staff go through indexes, however deep the page and whatever they look for."""

from typing import Any

import pytest

from models.enums import ContentState, Kind
from models.registry import CONTENT
from models.reviews import ReviewStage
from services import working_lists
from services.working_lists import Filters
from tests.factories import create

TRACKS = Kind.TRACKS
ITEMS = 120
FILTERS = {
    "all": Filters(),
    "state": Filters(state=ContentState.DRAFT),
    "track": Filters(track="0" * 16),
    "author": Filters(author="nobody"),
    "stage": Filters(stage=ReviewStage.FIRST),
    "text": Filters(text="测试"),
}


def stages(plan: Any) -> set[str]:
    """Return the names of all stages of a plan."""
    if isinstance(plan, dict):
        own = {str(plan["stage"])} if "stage" in plan else set()
        return own.union(*(stages(inner) for inner in plan.values()))
    if isinstance(plan, list):
        return set().union(*(stages(inner) for inner in plan))
    return set()


@pytest.fixture
def items() -> None:
    """Many items, most of which are of no interest."""
    template = create(TRACKS).stored()
    rows = [
        {**template, "_id": f"{number:016d}", "slug": f"s-{number}", "order": float(number)}
        for number in range(ITEMS)
    ]
    CONTENT[TRACKS]._get_collection().insert_many(rows)


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize("after", [None, (100.0, "0" * 16)])
@pytest.mark.parametrize("name", FILTERS)
def test_a_list_is_read_through_an_index_in_its_order(
    name: str, after: working_lists.Position | None
) -> None:
    query = working_lists.query(FILTERS[name], after)
    cursor = CONTENT[TRACKS]._get_collection().find(query)
    plan = cursor.sort([("order", 1), ("_id", 1)]).limit(21).explain()
    used = stages(plan["queryPlanner"]["winningPlan"])
    assert not used & {"COLLSCAN", "SORT"}, used
    if name in ("track", "author", "stage"):
        assert plan["executionStats"]["totalDocsExamined"] == 0


@pytest.mark.usefixtures("items")
def test_a_deep_page_costs_no_more_than_the_first() -> None:
    costs = []
    for after in (None, (100.0, f"{100:016d}")):
        query = working_lists.query(Filters(), after)
        cursor = CONTENT[TRACKS]._get_collection().find(query)
        plan = cursor.sort([("order", 1), ("_id", 1)]).limit(11).explain()
        costs.append(plan["executionStats"]["totalKeysExamined"])
    assert costs[1] <= costs[0] + len(ContentState)


@pytest.mark.parametrize("kind", Kind)
def test_what_links_to_an_item_is_found_through_indexes(kind: Kind) -> None:
    for model in CONTENT.values():
        paths = [
            pattern.replace(".*", "") for pattern, target in model.LINKS.items() if target is kind
        ]
        for path in paths:
            plan = model._get_collection().find({path: "x"}).explain()
            assert "COLLSCAN" not in stages(plan["queryPlanner"]["winningPlan"]), (model, path)

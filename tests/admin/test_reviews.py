"""Lists of reviews: what waits for whom, over all kinds, and what became of one's own texts."""

from typing import Any

import pytest
from flask import Flask

from models.enums import Kind
from models.registry import CONTENT
from models.reviews import ReviewView
from models.staff import Role
from services import review_lists
from services.actors import Actor
from tests.admin.newsroom import Desk, approve, reviewers
from tests.factories import create, dummy_fields
from tests.services.test_working_lists import stages

LIST = "/admin/api/v1/reviews"


def handed_over(editor: Desk, kind: Kind = Kind.TRACKS) -> str:
    """Write an item and hand it over; return its path."""
    path = f"{kind.value}/{editor.post(kind.value, dummy_fields(kind), 201)['id']}"
    editor.post(f"{path}/submit", {"revision": 1})
    return path


def page_of(desk: Desk, **query: str) -> Any:
    answer = desk.client.get(LIST, query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def listed(desk: Desk, view: str = "to_review", **query: str) -> list[str]:
    answer = page_of(desk, view=view, **query)
    assert answer["total"] == len(answer["items"])
    return [f"{one['kind']}/{one['id']}" for one in answer["items"]]


def test_a_text_waits_for_each_step_in_turn_and_then_to_be_published(app: Flask) -> None:
    editor, desks = Desk(app, Role.EDITOR), reviewers(app)
    path = handed_over(editor)
    for step, desk in enumerate(desks):
        assert [listed(one) for one in desks] == [
            [path] if number == step else [] for number in range(3)
        ]
        assert listed(desk, "to_publish") == []
        approve([desk], path, 1)
    assert [listed(one) for one in desks] == [[], [], []]
    assert listed(desks[0], "to_publish") == [path]
    assert listed(editor, "own") == [path]
    assert listed(editor, "to_publish") == []
    desks[0].post(f"{path}/publish", {"revision": 1})
    assert listed(desks[0], "to_publish") == listed(editor, "own") == []


def test_authors_see_the_verdict_on_their_texts(app: Flask) -> None:
    editor, other = Desk(app, Role.EDITOR), Desk(app, Role.EDITOR)
    path = handed_over(editor)
    Desk(app, Role.FIRST_REVIEWER).post(
        f"{path}/review", {"revision": 1, "approved": False, "note": "请补充来源"}
    )
    (item,) = page_of(editor, view="own")["items"]
    assert item["review"]["stage"] == "returned"
    assert item["review"]["verdicts"][0]["note"] == "请补充来源"
    assert listed(other, "own") == []


def test_what_waits_longest_comes_first_over_all_kinds(app: Flask) -> None:
    editor, first = Desk(app, Role.EDITOR), Desk(app, Role.FIRST_REVIEWER)
    kinds = (Kind.SITES, Kind.TRACKS, Kind.FAQS, Kind.SITES, Kind.ARTICLES)
    paths = [handed_over(editor, kind) for kind in kinds]
    assert listed(first) == paths
    assert listed(first, kind="sites") == [paths[0], paths[3]]
    found: list[str] = []
    query = {"limit": "2"}
    for _ in range(3):
        page = page_of(first, **query)
        assert page["total"] == 5
        found += [f"{one['kind']}/{one['id']}" for one in page["items"]]
        query["cursor"] = page["next_cursor"]
    assert (found, page["next_cursor"]) == (paths, None)


def test_nobody_is_asked_for_what_they_may_not_review(app: Flask) -> None:
    editor = Desk(app, Role.EDITOR, department="测试一局")
    author = Desk(app, Role.EDITOR, Role.FIRST_REVIEWER)
    foreign = Desk(app, Role.FIRST_REVIEWER, department="测试二局")
    all_steps = Desk(app, Role.FIRST_REVIEWER, Role.SECOND_REVIEWER)
    own, path = handed_over(author), handed_over(editor)
    assert listed(author) == [path]
    assert listed(foreign) == [own]
    assert listed(all_steps) == [own, path]
    approve([all_steps], path, 1)
    assert listed(all_steps) == [own], "nobody takes two steps"
    assert listed(editor) == []


@pytest.mark.parametrize("view", ReviewView)
def test_the_lists_go_through_the_index_of_stages(view: ReviewView) -> None:
    template = create(Kind.TRACKS).stored()
    rows = [{**template, "_id": f"{number:016d}", "slug": f"s-{number}"} for number in range(100)]
    collection = CONTENT[Kind.TRACKS]._get_collection()
    collection.insert_many(rows)
    who = Actor("someone", "测试", frozenset({Role.FIRST_REVIEWER}), None, "", "")
    plan = collection.database.command(
        "explain",
        {"aggregate": collection.name, "pipeline": review_lists.pipeline(who, view), "cursor": {}},
        verbosity="executionStats",
    )
    # One person's own are few, and found by their author; they may be sorted.
    unwanted = {"COLLSCAN"} if view is ReviewView.OWN else {"COLLSCAN", "SORT"}
    assert not stages(plan["queryPlanner"]["winningPlan"]) & unwanted
    assert plan["executionStats"]["totalDocsExamined"] == 0

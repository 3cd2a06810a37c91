"""The handbook: chapters form a tree within their edition, read in the order that staff gave."""

from typing import Any

import orjson
import pytest

from core.errors import NotFound, Unprocessable
from models.content import Content
from models.enums import Kind, Language
from services import content, handbook, publishing
from tests.factories import ACTOR, create, create_live, publish

ZH = Language.ZH_CN
CHAPTERS = Kind.CHAPTERS
Tree = list[tuple[str, Any]]


@pytest.fixture
def edition() -> Content:
    """A live edition."""
    return create_live(Kind.HANDBOOK, title="手册")


def chapter(edition: Content, title: str, parent: Content | None = None, **fields: Any) -> Content:
    above = {"parent": parent.id} if parent else {}
    return create_live(CHAPTERS, edition=edition.id, title=title, **above, **fields)


def book(edition: Content) -> dict[str, Content]:
    """Write this book, not in its reading order: 1 (1.1 (1.1.1), 1.2), 2, 3 (3.1)."""
    chapters = {
        "3": chapter(edition, "3", order=30),
        "1": chapter(edition, "1", order=10),
        "2": chapter(edition, "2", order=20),
    }
    chapters["1.2"] = chapter(edition, "1.2", chapters["1"], order=2)
    chapters["1.1"] = chapter(edition, "1.1", chapters["1"], order=1)
    chapters["3.1"] = chapter(edition, "3.1", chapters["3"], order=5)
    chapters["1.1.1"] = chapter(edition, "1.1.1", chapters["1.1"], order=99)
    return chapters


def client_reads(data: Any) -> dict[str, Any]:
    answer: dict[str, Any] = orjson.loads(orjson.dumps(data))
    return answer


def tree(edition: Content) -> Tree:
    def plain(nodes: list[dict[str, Any]]) -> Tree:
        return [(node["title"], plain(node["children"])) for node in nodes]

    return plain(client_reads(handbook.read_edition(edition.slug, ZH))["chapters"])


def neighbours(edition: Content, one: Content) -> tuple[str | None, str | None]:
    answer = client_reads(handbook.read_chapter(edition.id, one.slug, ZH))
    previous, following = answer["previous"], answer["next"]
    return previous and previous["title"], following and following["title"]


def titles(nodes: Tree) -> list[str]:
    return [title for node, below in nodes for title in (node, *titles(below))]


def test_an_edition_without_chapters_is_an_empty_tree(edition: Content) -> None:
    assert tree(edition) == []


def test_the_tree_stands_as_staff_ordered_it(edition: Content) -> None:
    book(edition)
    assert tree(edition) == [
        ("1", [("1.1", [("1.1.1", [])]), ("1.2", [])]),
        ("2", []),
        ("3", [("3.1", [])]),
    ]


def test_turning_pages_goes_through_the_whole_tree_and_back(edition: Content) -> None:
    chapters = book(edition)
    order = ["1", "1.1", "1.1.1", "1.2", "2", "3", "3.1"]
    read = [neighbours(edition, chapters[name]) for name in order]
    assert [following for _, following in read] == [*order[1:], None]
    assert [previous for previous, _ in read] == [None, *order[:-1]]


def test_a_chapter_tells_what_is_directly_below_it(edition: Content) -> None:
    chapters = book(edition)
    answer = client_reads(handbook.read_chapter(edition.id, chapters["1"].id, ZH))
    assert [child["title"] for child in answer["children"]] == ["1.1", "1.2"]
    assert (answer["edition"]["id"], answer["parent"]) == (edition.id, None)


def test_chapters_below_one_that_is_offline_stand_at_the_top(edition: Content) -> None:
    chapters = book(edition)
    publishing.unpublish(CHAPTERS, chapters["1"].id, actor=ACTOR)
    assert tree(edition) == [
        ("1.1", [("1.1.1", [])]),
        ("1.2", []),
        ("2", []),
        ("3", [("3.1", [])]),
    ]
    assert neighbours(edition, chapters["1.1.1"]) == ("1.1", "1.2")
    answer = client_reads(handbook.read_chapter(edition.id, chapters["1.1"].id, ZH))
    assert answer["parent"] is None


def test_drafts_and_chapters_of_other_editions_are_not_in_the_tree(edition: Content) -> None:
    create(CHAPTERS, edition=edition.id)
    chapter(create_live(Kind.HANDBOOK), "other")
    chapter(edition, "mine")
    assert tree(edition) == [("mine", [])]


def test_a_chapter_is_read_within_its_own_live_edition_only(edition: Content) -> None:
    one = chapter(edition, "1")
    other = create_live(Kind.HANDBOOK)
    with pytest.raises(NotFound):
        handbook.read_chapter(other.id, one.id, ZH)
    publishing.unpublish(Kind.HANDBOOK, edition.id, actor=ACTOR)
    with pytest.raises(NotFound):
        handbook.read_chapter(edition.id, one.id, ZH)
    with pytest.raises(NotFound):
        handbook.read_edition(edition.id, ZH)


def refused(document: Content, **fields: Any) -> object:
    """Return why an edited chapter's place in the tree is not published."""
    current = content.get(CHAPTERS, document.id)
    edited = content.update(CHAPTERS, document.id, fields, revision=current.revision, actor=ACTOR)
    with pytest.raises(Unprocessable) as problem:
        publish(edited)
    return problem.value.fields.get("parent")


def test_a_chapter_is_not_its_own_parent(edition: Content) -> None:
    one = chapter(edition, "1")
    assert refused(one, parent=one.id) == "tree_loop"


def test_a_chapter_is_not_below_its_own_descendant(edition: Content) -> None:
    chapters = book(edition)
    assert refused(chapters["1"], parent=chapters["1.1.1"].id) == "tree_loop"
    assert len(titles(tree(edition))) == 7


def test_what_is_live_decides_about_loops_not_what_is_being_edited(edition: Content) -> None:
    upper = chapter(edition, "upper")
    lower = chapter(edition, "lower", upper)
    content.update(CHAPTERS, lower.id, {"parent": None}, revision=1, actor=ACTOR)
    assert refused(upper, parent=lower.id) == "tree_loop"


def test_drafts_that_are_each_other_s_parent_are_told_of_their_loop(edition: Content) -> None:
    one = create(CHAPTERS, edition=edition.id)
    two = create(CHAPTERS, edition=edition.id, parent=one.id)
    assert refused(one, parent=two.id) == "tree_loop"


def test_a_tree_that_is_too_deep_is_refused(edition: Content) -> None:
    above: Content | None = None
    for depth in range(handbook.DEPTH_MAX + 1):
        above = chapter(edition, str(depth), above)
    with pytest.raises(Unprocessable):
        chapter(edition, "too deep", above)
    assert len(titles(tree(edition))) == handbook.DEPTH_MAX + 1


def test_a_parent_in_another_edition_is_refused(edition: Content) -> None:
    parent = chapter(create_live(Kind.HANDBOOK), "there")
    assert refused(chapter(edition, "here"), parent=parent.id) == "other_edition"


def test_a_parent_that_does_not_exist_is_a_missing_link(edition: Content) -> None:
    problem = refused(chapter(edition, "1"), parent="0" * 16)
    assert isinstance(problem, tuple)
    assert problem[0] == "link_missing"

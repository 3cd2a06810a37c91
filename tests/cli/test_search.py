"""`search`: what staff do to keep search useful, as commands."""

from models.enums import Kind
from models.search import SearchEntry
from services import publishing
from tests.cli.conftest import Run
from tests.factories import ACTOR, create_live


def test_rebuild_writes_the_entries_anew(run: Run) -> None:
    create_live(Kind.PROJECTS, title="储能电站")
    SearchEntry._get_collection().delete_many({})
    assert "0 found" in run("search", "try", "储能").output
    assert run("search", "rebuild").output == "1 entries\n"
    found = run("search", "try", "储能")
    assert "储能电站" in found.output
    assert "1 found\n" in found.output


def test_try_says_when_hits_have_a_part_only(run: Run) -> None:
    create_live(Kind.PROJECTS, title="氢能装备")
    assert run("search", "try", "氢能轮船").output.endswith("1 found, loosely\n")


def test_synonyms_are_added_listed_and_removed(run: Run) -> None:
    create_live(Kind.PROJECTS, title="集成电路设计")
    added = run("search", "synonym-add", "芯片", "集成电路")
    assert added.exit_code == 0
    group = added.output.strip()
    assert run("search", "synonyms").output == f"{group}  芯片 = 集成电路\n"
    assert "集成电路设计" in run("search", "try", "芯片").output
    assert run("search", "synonym-add", "芯片", "半导体").exit_code != 0
    assert run("search", "synonym-add", "一个").exit_code != 0
    assert run("search", "synonym-remove", group).exit_code == 0
    assert run("search", "synonyms").output == ""
    assert run("search", "synonym-remove", group).exit_code != 0


def test_promotions_are_made_listed_and_taken_back(run: Run) -> None:
    item = create_live(Kind.PROJECTS, title="储能电站", slug="storage-station")
    assert run("search", "promote", "电话", "projects/storage-station").exit_code == 0
    assert run("search", "promotions").output == f"电话  projects:{item.id}\n"
    assert "储能电站" in run("search", "try", "电话").output
    for wrong in ("storage-station", "staff/storage-station", "projects/absent"):
        assert run("search", "promote", "电话", wrong).exit_code != 0
    assert run("search", "demote", "电话").exit_code == 0
    assert run("search", "promotions").output == ""
    publishing.unpublish(Kind.PROJECTS, item.id, actor=ACTOR)
    assert run("search", "promote", "电话", "projects/storage-station").exit_code != 0


def test_what_was_not_found_is_listed(run: Run) -> None:
    create_live(Kind.PROJECTS, title="氢能装备")
    for query in ("量子通信", "量子通信", "氢能轮船"):
        run("search", "try", query)
    lines = [line.split() for line in run("search", "fruitless").output.splitlines()]
    assert lines == [["2", "zh-CN", "量子通信"], ["1", "~", "zh-CN", "氢能轮船"]]
    assert run("search", "fruitless", "--day", "2020-01-01").output == ""

"""`content`: reading and changing working copies, with good input and bad."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from click.testing import Result

from cli.content import content_group
from models.enums import Kind
from services import content
from tests.cli.content_commands import fresh, live_ids, printed
from tests.factories import ACTOR, create, create_live, dummy_figure

Run = Callable[..., Result]
Refused = Callable[..., str]
UNKNOWN_ITEM = "no-such-item"

# Every verb that takes an item, with the words that follow it.
VERBS = {
    "show": (),
    "check": (),
    "publish": (),
    "unpublish": (),
    "expire": (),
    "schedule": (),
    "revisions": (),
    "rollback": ("1",),
    "duplicate": ("a-new-slug",),
    "archive": (),
    "restore": (),
    "reorder": (),
    "set": ("--revision", "1", "-"),
}


def test_no_verb_is_forgotten_here() -> None:
    assert {*VERBS, "list", "refresh", "due"} == set(content_group.commands)


@pytest.mark.parametrize("verb", VERBS)
def test_an_unknown_item_is_told_plainly(run: Run, refused: Refused, verb: str) -> None:
    result = run("content", verb, "sites", UNKNOWN_ITEM, *VERBS[verb], stdin="{}")
    assert refused(result).startswith("not_found: ")


@pytest.mark.parametrize("verb", [*VERBS, "list", "refresh"])
def test_an_unknown_kind_is_told_with_the_kinds_there_are(
    run: Run, refused: Refused, verb: str
) -> None:
    words = () if verb in {"list", "refresh"} else (UNKNOWN_ITEM, *VERBS[verb])
    text = refused(run("content", verb, "sights", *words, stdin="{}"), code=2)
    assert "'sights' is not one of 'tracks', 'projects'" in text


def test_items_are_listed_with_state_and_revision(run: Run) -> None:
    draft = create(Kind.SITES, order=2)
    shown = create_live(Kind.SITES, order=1)
    away = content.archive(Kind.SITES, create(Kind.SITES).id, actor=ACTOR)
    assert printed(run("content", "list", "sites")).splitlines() == [
        f"{shown.id}  {shown.slug}  published  revision 1, live 1",
        f"{draft.id}  {draft.slug}  draft  revision 1",
    ]
    assert printed(run("content", "list", "sites", "--state", "archived")) == (
        f"{away.id}  {away.slug}  archived  revision 1\n"
    )
    assert printed(run("content", "list", "sites", "--limit", 1)).count("\n") == 1
    assert printed(run("content", "list", "faqs")) == ""


@pytest.mark.parametrize("words", [("--limit", "0"), ("--limit", "x"), ("--state", "gone")])
def test_a_bad_option_of_list_is_refused(
    run: Run, refused: Refused, words: tuple[str, ...]
) -> None:
    assert refused(run("content", "list", "sites", *words), code=2)


def test_an_item_is_shown_as_json_by_id_and_by_slug(run: Run) -> None:
    item = create(Kind.TRACKS, title="智能家电", figures=[dummy_figure(value="5.60")])
    shown = printed(run("content", "show", "tracks", item.id))
    assert "智能家电" in shown
    data = orjson.loads(shown)
    assert (data["_id"], data["title"], data["revision"]) == (item.id, "智能家电", 1)
    assert data["figures"][0]["value"] == "5.6"
    assert data["created_at"].endswith("Z")
    assert printed(run("content", "show", "tracks", item.slug)) == shown


def test_fields_are_changed_from_a_file_or_standard_input(run: Run, tmp_path: Path) -> None:
    item = create_live(Kind.SITES)
    file = tmp_path / "fields.json"
    file.write_text('{"title": "新标题", "tags": ["物流"]}', "utf-8")
    line = printed(run("content", "set", "sites", item.slug, "--revision", 1, file))
    assert line == f"{item.id}  {item.slug}  published  revision 2, live 1\n"
    assert (fresh(item).title, fresh(item).tags) == ("新标题", ["物流"])
    printed(run("content", "set", "sites", item.id, "--revision", 2, "-", stdin='{"order": 7}'))
    assert (fresh(item).order, fresh(item).title, fresh(item).revision) == (7.0, "新标题", 3)
    assert live_ids(Kind.SITES) == [item.id]


def test_a_stale_revision_is_refused_with_both_numbers(run: Run, refused: Refused) -> None:
    item = create(Kind.SITES)
    content.update(Kind.SITES, item.id, {"title": "先改的"}, revision=1, actor=ACTOR)
    result = run("content", "set", "sites", item.id, "--revision", 1, "-", stdin='{"title": "x"}')
    assert refused(result) == "stale_revision: This is at revision 2 now; yours is based on 1"
    assert fresh(item).title == "先改的"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON: "),
        ("", "not JSON: "),
        (b'{"title": "\xff"}', "not JSON: "),
        ('{"order": NaN}', "not JSON: "),
        ('{"title": "\\ud800"}', "not JSON: "),
        ("[1]", "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"title": 5}', "title: "),
        ('{"title": null}', "title: Required"),
        ('{"title": {"$ne": 1}}', "title: "),
        ('{"title": "%s"}' % ("长" * 200), "title: Too long"),
        ('{"no_such_field": 1}', "no_such_field: "),
        ('{"state": "published"}', "state: Unknown field"),
        ('{"revision": 9}', "revision: Unknown field"),
        ('{"_id": "x"}', "_id: Unknown field"),
        ('{"$set": {"title": "x"}}', ""),
        ('{"figures": 5}', ""),
        ('{"figures": [5]}', ""),
        ('{"figures": [{"key": "a"}]}', ""),
        ('{"order": "first"}', ""),
        ('{"site_type": "castle"}', "site_type: "),
        ('{"tracks": [["x"]]}', ""),
        ('{"title": ' * 900 + "1" + "}" * 900, ""),
    ],
)
def test_bad_fields_are_refused_and_change_nothing(
    run: Run, refused: Refused, text: str | bytes, said: str
) -> None:
    item = create(Kind.SITES)
    before = fresh(item).stored()
    result = run("content", "set", "sites", item.id, "--revision", 1, "-", stdin=text)
    assert said in refused(result)
    assert fresh(item).stored() == before


@pytest.mark.parametrize(
    "words", [("-",), ("--revision", "one", "-"), ("--revision", "1", "no-such-file.json")]
)
def test_set_needs_a_revision_and_a_file(
    run: Run, refused: Refused, words: tuple[str, ...]
) -> None:
    item = create(Kind.SITES)
    assert refused(run("content", "set", "sites", item.id, *words, stdin="{}"), code=2)
    assert fresh(item).revision == 1

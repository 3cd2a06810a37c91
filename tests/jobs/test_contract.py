"""What every kind of background work must keep: it has a handler, and may run twice."""

import ast
import dataclasses
import datetime as dt
import inspect
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.clock import now, today
from core.settings import Settings
from jobs import schedule
from jobs.audit import SEAL_JOB
from jobs.departures import GENERATE_JOB
from jobs.media_sweep import SWEEP_JOB
from jobs.registry import HANDLERS
from jobs.sitemaps import BUILD_JOB
from media import stores
from media.local import LocalStorage
from models.enums import Kind, Language
from models.notifications import Event
from models.outbox import Job
from models.registry import DOCUMENTS
from models.uploads import Upload
from models.visitors import DemoVisitor
from services import (
    audit,
    desk_mail,
    handbook_changes,
    media_acceptance,
    media_items,
    media_library,
    media_upkeep,
    notifications,
    outbox,
    publishing,
    question_pictures,
    questions,
    snapshots,
    text_checks,
    uploads,
    usage,
    wechat_gateway,
    wechat_pushes,
)
from services.actors import SYSTEM
from services.bookings import arriving, cutoffs, endings, forgetting, reminders, settling, waiting
from services.notifications import ToVisitor
from services.staff import policy
from services.visitors import email_codes, signing_in
from services.visits import ending, proposing
from tests.arranging import create_schedule
from tests.factories import ACTOR, create, create_live, create_media, dummy_figure
from tests.jobs import visit_causes
from tests.media.uploading import film, picture
from tests.simulator.running import APPID, SECRET, RunningSimulator
from tests.visitors.smtp import SmtpServer
from wechat.client import WechatClient

PROJECT = Path(schedule.__file__).parents[1]
LAYERS = ("core", "models", "services", "schemas", "rest", "jobs", "api", "cli")
SOON = dt.timedelta(milliseconds=300)


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for layer in LAYERS:
        for path in sorted((PROJECT / layer).rglob("*.py")):
            yield path, ast.parse(path.read_text("utf-8"))


def job_names(tree: ast.Module) -> Iterator[str]:
    """Yield what constants named `X_JOB` hold, those assigned as a tuple too."""
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            for name, value in pairs:
                if isinstance(name, ast.Name) and name.id.endswith("_JOB"):
                    assert isinstance(value, ast.Constant), name.id
                    yield value.value


def test_every_job_that_is_named_anywhere_has_a_handler_and_no_other_has() -> None:
    named = {name for _, tree in trees() for name in job_names(tree)}
    assert named | {entry.name for entry in schedule.DAILY} == set(HANDLERS)
    assert len(named) >= 4


def test_jobs_are_enqueued_by_the_names_of_constants_only() -> None:
    literal = [
        f"{path.name}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("enqueue")
        and isinstance(node.args[0] if node.args else None, ast.Constant | ast.JoinedStr)
    ]
    assert literal == []


def test_handlers_take_their_arguments_by_name() -> None:
    for name, handler in HANDLERS.items():
        kinds = {parameter.kind for parameter in inspect.signature(handler).parameters.values()}
        assert kinds == {inspect.Parameter.KEYWORD_ONLY}, name


def scheduled_publishing(_patch: pytest.MonkeyPatch) -> None:
    item = create(Kind.SITES)
    publishing.schedule(Kind.SITES, item.id, revision=1, publish_at=now() + SOON, actor=ACTOR)


def expiry(_patch: pytest.MonkeyPatch) -> None:
    item = create_live(Kind.SITES)
    publishing.schedule(Kind.SITES, item.id, revision=1, expire_at=now() + SOON, actor=ACTOR)


def figure_becomes_due(patch: pytest.MonkeyPatch) -> None:
    """Publish as of yesterday a figure that was to be reviewed by then."""
    day = dt.timedelta(days=1)
    with patch.context() as yesterday:
        yesterday.setattr(snapshots, "now", lambda: now() - day)
        yesterday.setattr(snapshots, "today", lambda: today() - day)
        figure = dummy_figure(review_by=(today() - day).isoformat())
        create_live(Kind.TRACKS, figures=[figure])


def nightly_sitemaps(_patch: pytest.MonkeyPatch) -> None:
    create_live(Kind.SITES)
    outbox.enqueue(BUILD_JOB, {"day": today().isoformat()})


def chapter_is_published(_patch: pytest.MonkeyPatch) -> None:
    create_live(Kind.CHAPTERS)


def edition_has_no_file(_patch: pytest.MonkeyPatch) -> None:
    create_live(Kind.HANDBOOK)
    outbox.enqueue(handbook_changes.CHECK_JOB, {"day": today().isoformat()})


def days_of_use(_patch: pytest.MonkeyPatch) -> None:
    outbox.enqueue(usage.PULL_JOB, {"day": today().isoformat()})


def audit_entry(_patch: pytest.MonkeyPatch) -> None:
    audit.record(SYSTEM, "test.write", "test:1")
    outbox.enqueue(SEAL_JOB, {"at": now().isoformat()})


def code_by_mail(_patch: pytest.MonkeyPatch) -> None:
    email_codes.ask("guest@example.org", Language.ZH_CN)


def notification(_patch: pytest.MonkeyPatch) -> None:
    visitor = signing_in.as_demo(DemoVisitor.A).visitor
    told = {"title": "测试", "text": "测试"}
    notifications.notify(Event.MESSAGE, ToVisitor(visitor.id), told, "test")


def film_arrives(_patch: pytest.MonkeyPatch) -> None:
    """Upload a film: it is looked at in the background."""
    arrive("影片.mp4", film(Path(tempfile.mkdtemp())))


def picture_arrives(_patch: pytest.MonkeyPatch) -> None:
    arrive("图.jpg", picture())


def arrive(name: str, data: bytes) -> None:
    path = Path(tempfile.mkdtemp()) / "file"
    path.write_bytes(data)
    upload = uploads.begin(SYSTEM, uploads.Offer(name, len(data)))
    uploads.put_file(SYSTEM, upload.id, path)
    uploads.finish(SYSTEM, upload.id)


def medium_is_described_anew(_patch: pytest.MonkeyPatch) -> None:
    create_media("cover")
    create_live(Kind.SITES, cover={"media": "cover"})
    media_library.change(SYSTEM, "cover", {"alt": "新的说明"})


def upload_is_left(_patch: pytest.MonkeyPatch) -> None:
    upload = uploads.begin(SYSTEM, uploads.Offer("图.jpg", 9))
    Upload.objects(id=upload.id).update(expires_at=now())
    outbox.enqueue(media_upkeep.TIDY_JOB, {"at": now().isoformat()})


def object_is_orphaned(_patch: pytest.MonkeyPatch) -> None:
    store = stores.current()
    assert isinstance(store, LocalStorage)
    key = "public/test/orphan.webp"
    store.put(key, b"orphan")
    old = (now() - dt.timedelta(days=2)).timestamp()
    os.utime(store.path(key), (old, old))
    outbox.enqueue(SWEEP_JOB, {"day": today().isoformat()})


def day_breaks(_patch: pytest.MonkeyPatch) -> None:
    create_schedule()
    outbox.enqueue(GENERATE_JOB, {"day": today().isoformat()})


@pytest.fixture
def servers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, simulator: RunningSimulator
) -> Iterator[None]:
    """A mail server and WeChat, which has counted yesterday, and settings that name them."""
    simulator.advance(dt.timedelta(days=1).total_seconds())
    with SmtpServer() as server:
        sending = dataclasses.replace(
            settings,
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_security="none",
            mail_from="toolbox@example.org",
            desk_email="desk@example.org",
            wechat_appid=APPID,
            wechat_secret=SECRET,
            wechat_api_base=simulator.url,
        )
        with monkeypatch.context() as patch:
            patch.setattr(policy, "_configured", [policy.Policy(sending, frozenset())])
            client = WechatClient(sending, wechat_gateway.TokenStore())
            patch.setattr(wechat_gateway, "_clients", [client])
            yield


CAUSES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    publishing.PUBLISH_JOB: scheduled_publishing,
    publishing.EXPIRE_JOB: expiry,
    publishing.REFRESH_JOB: figure_becomes_due,
    BUILD_JOB: nightly_sitemaps,
    handbook_changes.DRAW_JOB: chapter_is_published,
    handbook_changes.CHECK_JOB: edition_has_no_file,
    SEAL_JOB: audit_entry,
    email_codes.SEND_JOB: code_by_mail,
    notifications.DELIVER_JOB: notification,
    media_acceptance.CHECK_JOB: film_arrives,
    media_items.RENDER_JOB: picture_arrives,
    media_library.REFRESH_JOB: medium_is_described_anew,
    media_upkeep.TIDY_JOB: upload_is_left,
    SWEEP_JOB: object_is_orphaned,
    GENERATE_JOB: day_breaks,
    usage.PULL_JOB: days_of_use,
    settling.SETTLE_JOB: visit_causes.maker_dies,
    arriving.EXPIRE_JOB: visit_causes.nobody_decides,
    arriving.HURRY_JOB: visit_causes.nobody_decides,
    waiting.LAPSE_JOB: visit_causes.seats_come_free,
    waiting.WARN_JOB: visit_causes.seats_come_free,
    reminders.REMIND_JOB: visit_causes.visit_is_near,
    cutoffs.CUTOFF_JOB: visit_causes.cutoff_is_reached,
    endings.COMPLETE_JOB: visit_causes.visit_is_over,
    forgetting.FORGET_JOB: visit_causes.visit_is_long_over,
    proposing.EXPIRE_JOB: visit_causes.proposal_ends,
    ending.TIDY_JOB: visit_causes.group_is_gone,
    wechat_pushes.HANDLE_JOB: visit_causes.somebody_writes,
    text_checks.CHECK_JOB: visit_causes.somebody_tells_why,
    questions.DELIVER_JOB: visit_causes.staff_answer,
    question_pictures.END_JOB: visit_causes.picture_is_looked_at,
}


def everything() -> dict[str, list[Any]]:
    """Return all that is stored.

    Left out are the time at which a sitemap was written, the counter by which transactions meet: it
    says nothing, and at which version of the content a file was seen to be right.
    """
    fields = {"generated_at": 0, "touched": 0, "seen": 0}
    return {"store": [one.key for one in stores.current().list()]} | {
        document.__name__: list(document._get_collection().find({}, fields).sort("_id", 1))
        for document in DOCUMENTS
    }


# What it does is in no collection; tests/visitors/test_desk_mail.py does it twice.
ELSEWHERE = {desk_mail.MAIL_JOB}


@pytest.mark.usefixtures("servers")
@pytest.mark.parametrize("name", sorted(HANDLERS.keys() - ELSEWHERE))
def test_a_handler_that_runs_twice_has_one_effect(
    name: str, monkeypatch: pytest.MonkeyPatch, wait_until: Callable[[dt.datetime], None]
) -> None:
    CAUSES[name](monkeypatch)
    job = Job.objects.get(name=name)
    wait_until(job.run_at)
    before = everything()
    HANDLERS[name](**job.args)
    once = everything()
    assert once != before
    HANDLERS[name](**job.args)
    assert everything() == once

"""Staff who publish over HTTP without a pause, and remember what was acknowledged.

An editor changes an item, three reviewers pass it, the last of them makes it live. A request whose
answer is lost may have landed: the next round looks.
"""

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import requests

from models.content import Content
from models.enums import ContentState, Kind
from models.revisions import Revision
from models.search import SearchEntry
from models.snapshots import Snapshot
from models.staff import Role, SessionStage, Staff
from rest import staff_session
from services import content, publishing
from services.staff import sessions
from tests.factories import CALLER, create_staff
from tests.faults.harness import Product

NUMBERED = "测试 number {:06d}"
REVIEWERS = (Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER)
WAIT_S = 30


class NotDone(Exception):
    """A request got no answer, or one that says to try again."""


def headers_of(role: Role, account: Staff | None = None) -> dict[str, str]:
    """Return what a browser of staff sends; the account is a fresh one unless it is given."""
    token = sessions.start(account or create_staff(role), SessionStage.FULL, CALLER)
    return {
        "Cookie": f"{staff_session.COOKIE}={token}",
        staff_session.CSRF_HEADER: staff_session.csrf_token(token),
    }


class NewsDesk(threading.Thread):
    """Publishes one item again and again; its title and summary tell the same number."""

    def __init__(self, product: Product, item: Content, stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self.item = item.id
        self.url = f"http://127.0.0.1:{product.port}/admin/api/v1/content/{item.KIND}/{item.id}"
        self.editor = headers_of(Role.EDITOR)
        self.reviewers = [headers_of(role) for role in REVIEWERS]
        self.stopping = stopping
        self.doing = ""
        # (revision, number, moment) of each publishing that was acknowledged.
        self.acknowledged: list[tuple[int, int, float]] = []
        self.lost: list[str] = []
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for number in itertools.count(1):
                if self.stopping.is_set():
                    return
                try:
                    revision = self._publish(number)
                except NotDone:
                    continue
                self.acknowledged.append((revision, number, time.monotonic()))
        except BaseException as error:
            self.failure = error

    def _publish(self, number: int) -> int:
        seen = self._send(self.editor, "GET", "")["revision"]
        text = NUMBERED.format(number)
        change = {"revision": seen, "title": text, "summary": text}
        revision = int(self._send(self.editor, "PATCH", "", change)["revision"])
        about = {"revision": revision}
        self._send(self.editor, "POST", "/submit", about)
        for reviewer in self.reviewers:
            self._send(reviewer, "POST", "/review", {**about, "approved": True})
        answer = self._send(self.reviewers[-1], "POST", "/publish", about)
        assert answer["live_revision"] == revision
        return revision

    def _send(self, who: dict[str, str], method: str, step: str, body: Any = None) -> Any:
        self.doing = step
        try:
            answer = requests.request(
                method, f"{self.url}{step}", json=body, headers=who, timeout=WAIT_S
            )
        except requests.RequestException as error:
            self.lost.append(step)
            raise NotDone from error
        finally:
            self.doing = ""
        # What a killed transaction of anybody holds is held for some seconds.
        unavailable = answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        if unavailable or (answer.status_code == HTTPStatus.CONFLICT and self.lost):
            raise NotDone
        assert answer.status_code == HTTPStatus.OK, (step, answer.text)
        return answer.json()

    def has_published_since(self, moment: float) -> bool:
        """Tell whether something was acknowledged after `moment`; raise what went wrong."""
        if self.failure is not None:
            raise self.failure
        return bool(self.acknowledged) and self.acknowledged[-1][2] > moment


@contextmanager
def publishing_over_http(product: Product, items: Sequence[Content]) -> Iterator[list[NewsDesk]]:
    """Let a desk of its own publish each of the items."""
    stopping = threading.Event()
    desks = [NewsDesk(product, item, stopping) for item in items]
    for desk in desks:
        desk.start()
    try:
        yield desks
    finally:
        stopping.set()
        for desk in desks:
            desk.join(10 * WAIT_S)
            assert not desk.is_alive(), "a desk got no answer"
    for desk in desks:
        if desk.failure is not None:
            raise desk.failure


def check_whole(item_id: str, acknowledged: Sequence[int]) -> None:
    """Check that what is public, the working copy and the revisions of a site tell the same."""
    item = content.get(Kind.SITES, item_id)
    snapshot = Snapshot.objects.get(item=item_id)
    numbers = {revision.number for revision in Revision.objects(item=item_id)}
    assert snapshot.revision == item.published_revision
    assert snapshot.revision in numbers
    assert set(acknowledged) <= numbers
    assert item.state is ContentState.PUBLISHED
    published = publishing.content_of(Kind.SITES, item_id, snapshot.revision)
    assert published.title in snapshot.body["zh-CN"]["card"]
    assert SearchEntry.objects.get(id=snapshot.id).texts["zh-CN"]["head"]

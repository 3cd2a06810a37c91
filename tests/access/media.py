"""The table's lines of media as staff keep them: uploads and items."""

from typing import Any

from models.media_items import MediaFault, MediaItem, MediaState
from models.uploads import Upload, UploadState
from services import uploads
from services.actors import SYSTEM
from services.uploads import Offer
from tests.access.callers import Person
from tests.access.content import READERS, WRITERS
from tests.access.expected import Request, Route, State, Table
from tests.access.public import ABSENT
from tests.factories import create_media

API = "/admin/api/v1"
UPLOAD = f"{API}/uploads/<upload>"
ITEM = f"{API}/media/<item>"
OFFER = {"name": "图.jpg", "size": 9}


def _body(**body: Any) -> Any:
    return lambda _: Request(body=body)


def _own(body: dict[str, Any] | None = None, state: UploadState = UploadState.OPEN) -> Any:
    """Bring about an upload of the caller's, in a state."""

    def prepare(person: Person) -> Request:
        begun = uploads.begin(SYSTEM, Offer(**OFFER))  # type: ignore[arg-type]
        owner = person.account.id if person.account else ABSENT
        fault = MediaFault(code="media_type")
        Upload.objects(id=begun.id).update(owner=owner, state=state, fault=fault)
        return Request({"upload": begun.id}, body=body)

    return prepare


def _theirs(body: dict[str, Any] | None = None) -> Any:
    return lambda _: Request(
        {"upload": uploads.begin(SYSTEM, Offer(**OFFER)).id},  # type: ignore[arg-type]
        body=body,
    )


def _upload(states: dict[str, State], body: dict[str, Any] | None = None) -> Route:
    """Return a line of an upload: that of another is not there."""
    absent = State("404 not_found", lambda _: Request({"upload": ABSENT}, body=body))
    return Route(
        WRITERS, {**states, "another's": State("404 not_found", _theirs(body)), "absent": absent}
    )


def _item(body: dict[str, Any] | None = None, **changes: Any) -> Any:
    def prepare(_: Person) -> Request:
        item = create_media("test-medium")
        MediaItem.objects(id=item.id).update(poster=None, fault=None, **changes)
        return Request({"item": item.id}, body=body)

    return prepare


def _used(_: Person) -> Request:
    create_media("test-medium")
    create_media("test-film")
    MediaItem.objects(id="test-film").update(poster="test-medium")
    return Request({"item": "test-medium"})


def _of_item(states: dict[str, State], body: dict[str, Any] | None = None) -> dict[str, State]:
    absent = State("404 not_found", lambda _: Request({"item": ABSENT}, body=body))
    return {**states, "absent": absent}


PARTS = {"parts": [1]}
ALT = {"alt": "测试"}
FAILED = MediaState.FAILED
TABLE: Table = {
    f"POST {API}/uploads": Route(
        WRITERS,
        {
            "fits": State("201", _body(**OFFER)),
            "empty": State("400 media_empty", _body(name="图.jpg", size=0)),
            "large": State("400 media_too_large", _body(name="图.jpg", size=2**40)),
            "path": State("400 invalid", _body(**OFFER, key="public/x")),
        },
    ),
    f"GET {UPLOAD}": _upload({"own": State("200", _own())}),
    f"DELETE {UPLOAD}": _upload(
        {
            "own": State("204", _own()),
            "done": State("409 upload_ended", _own(state=UploadState.DONE)),
        }
    ),
    f"POST {UPLOAD}/parts": _upload(
        {
            "own": State("200", _own(PARTS)),
            "no such part": State("400 invalid", _own({"parts": [2]})),
            "aborted": State("409 upload_ended", _own(PARTS, UploadState.ABORTED)),
        },
        PARTS,
    ),
    f"POST {UPLOAD}/finish": _upload(
        {
            "nothing arrived": State("409 parts_differ", _own()),
            "aborted": State("409 upload_ended", _own(state=UploadState.ABORTED)),
            "refused": State("400 media_type", _own(state=UploadState.REFUSED)),
            "done": State("200", _own(state=UploadState.DONE)),
        }
    ),
    f"GET {API}/media": Route(READERS, {"always": State("200", _item())}),
    f"GET {ITEM}": Route(READERS, _of_item({"there": State("200", _item())})),
    f"PATCH {ITEM}": Route(
        WRITERS,
        _of_item(
            {
                "there": State("200", _item(ALT)),
                "state": State("400 invalid", _item({"state": "ready", "sha256": "0"})),
            },
            ALT,
        ),
    ),
    f"DELETE {ITEM}": Route(
        WRITERS,
        _of_item({"unused": State("204", _item()), "used": State("409 media_used", _used)}),
    ),
    f"GET {ITEM}/addresses": Route(READERS, _of_item({"there": State("200", _item())})),
    f"GET {ITEM}/uses": Route(READERS, _of_item({"used": State("200", _used)})),
    f"POST {ITEM}/retry": Route(
        WRITERS,
        _of_item(
            {
                "failed before it was kept": State("409 media_not_kept", _item(state=FAILED)),
                "failed": State(
                    "200",
                    _item(
                        state=FAILED,
                        original={
                            "key": "internal/x/x.jpg",
                            "size": 1,
                            "type": "image/jpeg",
                            "sha256": "0",
                        },
                    ),
                ),
            }
        ),
    ),
}

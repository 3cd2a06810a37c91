"""Uploading media files: begin, send parts to where they belong, resume, finish, abort."""

from typing import Any

from flask_restx import Namespace, Resource

from admin import faults
from admin.contract import contract
from rest.access import current_actor, staff
from rest.idempotency import idempotent
from schemas.uploads import (
    PartsSchema,
    PartTargetListSchema,
    UploadCreateSchema,
    UploadSchema,
)
from services import uploads
from services.uploads import Offer, Status

namespace = Namespace("uploads", description="媒体上传 uploading media files")


def caller() -> str:
    """Return who calls, for keys of repeated requests."""
    return f"staff:{current_actor().id}"


@namespace.route("")
class Uploads(Resource):
    """Uploads."""

    @staff("media", "write")
    @idempotent(caller)
    @contract.takes(UploadCreateSchema)
    @contract.gives(UploadSchema, code=201)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Begin an upload: its size is checked against the limit of its kind."""
        return shown(Status(uploads.begin(current_actor(), Offer(**data)), []))


@namespace.route("/<upload>")
class OneUpload(Resource):
    """One's own upload."""

    @staff("media", "write")
    @contract.gives(UploadSchema)
    def get(self, upload: str) -> dict[str, Any]:
        """Read where it stands: after a break, send the parts that have not arrived."""
        return shown(uploads.status(current_actor(), upload))

    @staff("media", "write")
    @contract.empties
    def delete(self, upload: str) -> None:
        """Give it up; its parts are dropped."""
        uploads.abort(current_actor(), upload)


@namespace.route("/<upload>/parts")
class UploadParts(Resource):
    """Addresses of parts."""

    @staff("media", "write")
    @contract.takes(PartsSchema)
    @contract.gives(PartTargetListSchema)
    def post(self, upload: str, data: dict[str, Any]) -> dict[str, Any]:
        """Ask where to send parts; a part that is sent again is replaced."""
        targets = uploads.sign(current_actor(), upload, data["parts"])
        known = uploads.get(current_actor(), upload)
        return {
            "items": [
                {"part": number, "size": uploads.size_of(known, number), **vars(target)}
                for number, target in targets.items()
            ]
        }


@namespace.route("/<upload>/finish")
class UploadFinish(Resource):
    """The end of an upload."""

    @staff("media", "write")
    @contract.gives(UploadSchema)
    def post(self, upload: str) -> dict[str, Any]:
        """Have the file checked and taken; a film stays at `checking` for a while."""
        done = uploads.finish(current_actor(), upload)
        return shown(uploads.status(current_actor(), done.id))


def shown(status: Status) -> dict[str, Any]:
    """Return an upload as it is answered."""
    upload = status.upload
    names = ("id", "state", "name", "size", "part_bytes", "item", "expires_at")
    return {
        **{name: getattr(upload, name) for name in names},
        "parts": uploads.count(upload),
        "arrived": status.arrived,
        "fault": faults.shown(upload.fault),
    }

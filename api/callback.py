"""Where WeChat pushes messages and events. It is answered at once; a job does what follows."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from rest.access import anyone
from services import wechat_pushes
from wechat.pushes import MAX_BYTES

URL = "/wechat/callback"
# What the platform takes for an answer without a message; it need not be encrypted.
TAKEN = "success"
TYPES = {"{": "application/json", "<": "text/xml"}

blueprint = Blueprint("wechat", __name__)


@blueprint.get(URL)
@anyone
def verification() -> Response:
    """Show the platform that the address is ours: what it sent comes back."""
    return _text(wechat_pushes.echo(request.args), "text/plain")


@blueprint.post(URL)
@anyone
def push() -> Response:
    """Take a push; whoever it may come from, its signature decides."""
    reply = wechat_pushes.receive(request.args, _body())
    return _text(reply or TAKEN, TYPES.get(reply[:1], "text/plain"))


def _body() -> bytes:
    """Return the body, or so much of one that is too long that it is seen to be."""
    request.max_content_length = MAX_BYTES + 1
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        return bytes(MAX_BYTES + 1)


def _text(text: str, kind: str) -> Response:
    response = Response(text, content_type=f"{kind}; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response

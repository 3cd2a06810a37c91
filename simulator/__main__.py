"""Run the simulator: `python -m simulator --port 8100`, until SIGTERM or Ctrl-C.

The mini-program's WECHAT_APPID and WECHAT_SECRET come from the environment; ENV must be demo or
test.
"""

import os
import signal
import threading

import click
import orjson
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from simulator import media
from simulator.app import SimulatorApp
from simulator.draws import Draws
from simulator.pushing import Target
from simulator.world import World

HOST = "127.0.0.1"
MODES = ("demo", "test")


class _SilentHandler(WSGIRequestHandler):
    """Logs no requests: their addresses hold secrets and codes."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Do nothing."""


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), required=True)
@click.option("--seed", help="Makes codes, tokens and keys the same at every start.")
@click.option("--callback", help="Where pushes go: the product's /wechat/callback.")
def main(port: int, seed: str | None, callback: str | None) -> None:
    """Stand in for WeChat on this machine, for the demo and for tests."""
    environ = os.environ
    if environ.get("ENV") not in MODES:
        raise click.ClickException("the simulator runs with ENV=demo or ENV=test only")
    appid, secret = environ.get("WECHAT_APPID", ""), environ.get("WECHAT_SECRET", "")
    if not (appid and secret):
        raise click.ClickException("WECHAT_APPID and WECHAT_SECRET are not set")
    target = _target(callback) if callback else None
    world = World(appid, secret, draws=Draws(seed), target=target, templates=_templates())
    app = SimulatorApp(world)
    if target is not None:
        media.start(world)
    server = make_server(HOST, port, app, threaded=True, request_handler=_SilentHandler)
    _end_on_signals(server)
    server.serve_forever()


def _target(callback: str) -> Target:
    """Return where pushes go, with the settings that the product has too."""
    environ = os.environ
    return Target(
        callback,
        environ.get("WECHAT_TOKEN", ""),
        environ.get("WECHAT_ENCODING_AES_KEY", ""),
        environ.get("WECHAT_MESSAGE_FORMAT") or "json",
        environ.get("WECHAT_MESSAGE_MODE") or "safe",
    )


def _templates() -> dict[str, list[str]]:
    """Return the events that each template of the product's setting tells of; none if it is wrong.

    The product says what is wrong with it.
    """
    found: dict[str, list[str]] = {}
    try:
        for event, told in orjson.loads(os.environ.get("WECHAT_TEMPLATES") or "{}").items():
            found.setdefault(str(told["template"]), []).append(event)
    except (ValueError, AttributeError, TypeError, KeyError):
        return {}
    return found


def _end_on_signals(server: BaseWSGIServer) -> None:
    def end(_number: int, _frame: object) -> None:
        # It waits for the loop that this very thread runs, hence another one.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


if __name__ == "__main__":
    main()

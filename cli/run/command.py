"""`run`: start a whole installation on this machine and keep it running until Ctrl-C."""

import errno
import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from cli import spoken
from cli.mongod import EmbeddedMongod
from cli.run import store
from cli.run.database import check_replica_set
from cli.run.folder import DataFolder
from cli.run.simulator import Simulator, is_wanted
from cli.supervisor import Process, StartError, Supervisor
from core import settings
from core.environment import SettingsError

PROJECT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 90.0
SIMULATOR_READY_WITHIN_S = 10.0
# Web workers whose parent was killed notice within a second and only then free the port.
PORT_PATIENCE_S = 2.0

_ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised, not bound


@dataclass(frozen=True)
class _Plan:
    """What the options ask for."""

    host: str
    port: int
    folder: DataFolder
    with_demo: bool
    workers: int | None
    with_minio: bool

    @property
    def reachable_host(self) -> str:
        return _ALL_ADDRESSES.get(self.host, self.host)

    @property
    def base_url(self) -> str:
        host = self.reachable_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


@click.command("run")
@click.option("--port", type=click.IntRange(1, 65_535), default=8_000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=PROJECT / "data",
    envvar="DATA_DIR",
    help="Folder for database, media, secrets and logs.  [default: data in the project]",
)
@click.option("--fresh", is_flag=True, help="Delete what the data folder holds, then start.")
@click.option("--yes", is_flag=True, help="Do not ask before --fresh deletes.")
@click.option("--no-demo", is_flag=True, help="Do not fill an empty database with demo content.")
@click.option("--minio", is_flag=True, help="Keep media in a MinIO server of its own.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web worker processes.")
def run_command(
    *,
    port: int,
    host: str,
    data: Path,
    fresh: bool,
    yes: bool,
    no_demo: bool,
    minio: bool,
    workers: int | None,
) -> None:
    """Start database, worker and web server, and keep them running until Ctrl-C.

    Uses the MongoDB of MONGODB_URI, or else starts one of its own.
    """
    folder = DataFolder(data)
    plan = _Plan(host, port, folder, with_demo=not no_demo, workers=workers, with_minio=minio)
    with _plain_errors():
        _check_port(host, port)
        if fresh:
            plan.folder.check_ours()
        plan.folder.acquire()
        try:
            if fresh:
                _clear(plan.folder, ask=not yes)
            _run(plan)
        finally:
            plan.folder.release()


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn what can go wrong on a user's machine into one line and exit code 1."""
    try:
        yield
    except StartError as error:
        raise click.ClickException(str(error)) from error
    except SettingsError as error:
        message = f"settings: {error}"
        raise click.ClickException(message) from error
    except OSError as error:
        raise click.ClickException(spoken.system_error(error)) from error


def _clear(folder: DataFolder, *, ask: bool) -> None:
    if ask and not folder.is_empty:
        try:
            agreed = click.confirm(f"Delete everything in {folder.path}?")
        except click.Abort:  # nobody is there to answer
            click.echo()
            agreed = False
        if not agreed:
            message = "nothing was deleted: answer y, or add --yes to delete without being asked"
            raise StartError(message)
    folder.clear()


def _run(plan: _Plan) -> None:
    plan.folder.prepare()
    plan.folder.keep_store({})
    environment = _environment(plan)
    simulator = None
    if is_wanted(environment):
        simulator = Simulator(environment, plan.port, PROJECT)
        environment |= simulator.settings
    with ExitStack() as ending:
        servers: list[Process] = []
        if uri := environment.get("MONGODB_URI"):
            check_replica_set(uri)
        else:
            mongod = _start_mongod(plan.folder)
            ending.callback(mongod.stop)
            environment["MONGODB_URI"] = mongod.uri
            servers.append(mongod)
        if plan.with_minio:
            minio = store.start(plan.folder, environment, plan.base_url)
            ending.callback(minio.stop)
            environment |= minio.settings
            servers.append(minio)
        settings.load(environment)
        with Supervisor(_say) as supervisor:
            for server in servers:
                supervisor.add(server)
            if _prepare(plan, environment, supervisor):
                _serve(plan, environment, supervisor, simulator)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _start_mongod(folder: DataFolder) -> EmbeddedMongod:
    click.echo("Starting MongoDB …")
    mongod = EmbeddedMongod(folder.mongodb, log_path=folder.mongod_log)
    mongod.start_ready()
    return mongod


def _prepare(plan: _Plan, environment: dict[str, str], supervisor: Supervisor) -> bool:
    """Bring the database up to date; False when a signal came meanwhile."""
    steps = [
        _application("Preparing the database", ["db", "prepare"], environment),
        _application("Looking for an administrator", ["staff", "bootstrap"], environment),
    ]
    if environment.get("S3_ENDPOINT"):
        steps.append(_application("Preparing the media store", ["store", "prepare"], environment))
    if plan.with_demo:
        steps.append(_application("Looking for demo content", ["seed", "--if-empty"], environment))
    for step in steps:
        click.echo(f"{step.name} …")
        code = supervisor.run_once(step)
        if supervisor.stopping:
            return False
        if code != 0:
            message = f"“{step.name}” failed with exit code {code}; see above"
            raise StartError(message)
    return True


def _serve(
    plan: _Plan,
    environment: dict[str, str],
    supervisor: Supervisor,
    simulator: Simulator | None,
) -> None:
    click.echo("Starting worker and web server …")
    if simulator:
        supervisor.add(simulator)
    supervisor.add(_application("worker", ["worker"], environment))
    supervisor.add(_web(environment))
    if supervisor.wait_until(lambda: _is_ready(plan), READY_WITHIN_S):
        if simulator:
            supervisor.wait_until(simulator.is_ready, SIMULATOR_READY_WITHIN_S)
        _announce(plan, simulator)
    elif not supervisor.stopping:
        message = (
            f"{plan.base_url}/readyz did not answer 200 within {READY_WITHIN_S:g} s: "
            "mend what is told above, then start again"
        )
        raise StartError(message)
    supervisor.run()
    click.echo("Stopping …")


def _environment(plan: _Plan) -> dict[str, str]:
    environment = os.environ | {"ENV": os.environ.get("ENV") or "demo"}
    if environment["ENV"] == "demo":
        for name, value in plan.folder.secrets().items():
            environment[name] = environment.get(name) or value
    if plan.workers is not None:
        environment["WEB_CONCURRENCY"] = str(plan.workers)
    return environment | {
        "DATA_DIR": str(plan.folder.path),
        "HOST": plan.host,
        "PORT": str(plan.port),
        "PROMETHEUS_MULTIPROC_DIR": str(plan.folder.metrics),
        "PYTHONUNBUFFERED": "1",
    }


def _application(name: str, arguments: list[str], environment: dict[str, str]) -> Process:
    argv = [sys.executable, "-m", "application", *arguments]
    return Process(name, argv, env=environment, cwd=PROJECT)


def _web(environment: dict[str, str]) -> Process:
    argv = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    return Process("web", argv, env=environment, cwd=PROJECT)


def _check_port(host: str, port: int) -> None:
    deadline = time.monotonic() + PORT_PATIENCE_S
    while (error := _bind_error(host, port)) is not None:
        if error.errno != errno.EADDRINUSE:
            reason = error.strerror or error
            message = (
                f"cannot listen on {host}, port {port}: {reason}; choose another --host or --port"
            )
            raise StartError(message)
        if time.monotonic() > deadline:
            message = f"port {port} is taken: stop what listens there or choose another --port"
            raise StartError(message)
        time.sleep(0.2)


def _bind_error(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def _is_ready(plan: _Plan) -> bool:
    connection = http.client.HTTPConnection(plan.reachable_host, plan.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _announce(plan: _Plan, simulator: Simulator | None) -> None:
    stand_in = f"  WeChat (demo)  {simulator.url}/\n" if simulator else ""
    click.echo(
        "Ready. Stop with Ctrl-C.\n"
        f"  API home       {plan.base_url}/api/v1/home\n"
        f"  Documentation  {plan.base_url}/api/v1/docs\n"
        f"  Health         {plan.base_url}/healthz\n"
        f"  Readiness      {plan.base_url}/readyz\n"
        f"{stand_in}"
        f"  Data           {plan.folder.path}"
    )

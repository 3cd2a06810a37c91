"""`minio`: a MinIO server on this machine, for trying things out."""

from pathlib import Path

import click

from cli.minio import EmbeddedMinio, find_minio
from cli.minio_build import build
from cli.supervisor import StartError, Supervisor

DATA_DIR = Path(__file__).resolve().parents[1] / "data"


@click.command("minio")
@click.option("--build-only", is_flag=True, help="Only see to it that there is a server program.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=DATA_DIR / "minio",
    help="Folder for its data.  [default: data/minio in the project]",
)
@click.option("--origin", multiple=True, help="Origin of pages that may send files; repeatable.")
def minio_command(*, build_only: bool, data: Path, origin: tuple[str, ...]) -> None:
    """Run a MinIO server on the loopback address until Ctrl-C, with new keys at each start.

    Uses the program of MINIO or PATH, or else builds one.
    """
    try:
        if find_minio() is None:
            build(_report)
        if not build_only:
            _run(EmbeddedMinio(data.absolute(), origins=origin))
    except StartError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        message = f"{error.strerror or error}{where}"
        raise click.ClickException(message) from error


def _run(server: EmbeddedMinio) -> None:
    with server, Supervisor(_report) as supervisor:
        supervisor.add(server)
        for name, value in server.settings.items():
            click.echo(f"{name}={value}")
        _report(f"MinIO runs at {server.url}, process {server.pid}. Stop with Ctrl-C.")
        supervisor.run()


def _report(line: str) -> None:
    click.echo(line, err=True)

"""The command line, wired: `python -m application COMMAND`."""

import click

from application import check_keys, wire
from cli.main import cli
from core import settings
from jobs import worker


@click.command("worker")
def worker_command() -> None:
    """Run background work until SIGTERM."""
    loaded = settings.load()
    wire(loaded)
    check_keys()
    worker.main(loaded)


def main() -> None:
    """Run the command line."""
    cli.add_command(worker_command)
    cli(obj=wire, prog_name="scripts/manage")


if __name__ == "__main__":
    main()

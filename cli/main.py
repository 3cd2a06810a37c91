"""The command line: one group, its commands by feature.

Commands reach the database through `connect`, which wires the layers once settings are read. The
composition root hands the wiring in, so that this layer does not know the others.
"""

import click
from pymongo.errors import PyMongoError

from cli import spoken
from cli.audit import audit_group
from cli.content import content_group
from cli.database import database_group
from cli.departures import departures_group
from cli.jobs import jobs_group
from cli.media import media_group
from cli.minio_command import minio_command
from cli.personal_data import personal_data_group
from cli.run import run_command
from cli.search import search_group
from cli.seed import seed_command
from cli.staff import staff_group
from cli.store import store_group
from core.environment import SettingsError
from core.errors import AppError


class Group(click.Group):
    """Turns expected failures into one line and a non-zero exit."""

    def invoke(self, context: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(context)
        except SettingsError as error:
            raise click.ClickException(f"settings: {error}") from None
        except AppError as error:
            raise click.ClickException(spoken.error(error)) from None
        except PyMongoError as error:
            message = f"database: {type(error).__name__}; is MONGODB_URI right, is it running?"
            raise click.ClickException(message) from None


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """招商工具箱: run, seed and manage the product."""


for command in (
    *(run_command, seed_command, content_group, jobs_group, search_group, database_group),
    *(staff_group, audit_group, personal_data_group, media_group, store_group, minio_command),
    departures_group,
):
    cli.add_command(command)

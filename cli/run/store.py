"""The embedded MinIO beside an installation that asks for one."""

from collections.abc import Mapping

import click

from cli.minio import EmbeddedMinio, MinioError, find_minio
from cli.minio_build import build
from cli.run.folder import DataFolder


def start(folder: DataFolder, environment: Mapping[str, str], base_url: str) -> EmbeddedMinio:
    """Start MinIO on the data folder, after building it if need be, and wait until it is ready.

    Pages of CORS_ORIGINS, or else of the installation itself, may send it files. Raises
    `MinioError`, also when the settings name another store.
    """
    if environment.get("S3_ENDPOINT"):
        message = "S3_ENDPOINT names a store already: take it out, or leave --minio out"
        raise MinioError(message)
    if find_minio() is None:
        build(lambda line: click.echo(line, err=True))
    click.echo("Starting MinIO …")
    origins = [one.strip() for one in environment.get("CORS_ORIGINS", "").split(",") if one.strip()]
    server = EmbeddedMinio(folder.minio, origins=origins or [base_url], log_path=folder.minio_log)
    server.start_ready()
    folder.keep_store(server.settings)
    return server

"""The product behind a real nginx with the sample configuration."""

import datetime as dt
import ipaddress
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cli.minio import EmbeddedMinio
from cli.nginx import Behind, Nginx, find_nginx
from cli.ports import HOST, free_port
from cli.supervisor import Process
from core.settings import Settings, load
from media.local import LocalStorage
from tests.faults.harness import PROJECT
from tests.waiting import eventually


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for this machine, as nginx wants it."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(HOST))]
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "privkey.pem").write_bytes(private)
    return folder


@contextmanager
def behind_nginx(
    folder: Path, environ: Mapping[str, str], certificate: Path, store: str = f"{HOST}:9"
) -> Iterator[Nginx]:
    """Start the product and nginx in front of it, with media in `folder`."""
    if find_nginx() is None:
        message = "there is no nginx: apt-get install nginx"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    port = free_port()
    nginx = Nginx(folder / "nginx", Behind(f"{HOST}:{port}", folder / "media", store, certificate))
    (folder / "metrics").mkdir(parents=True)
    own = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(folder),
        "RUN_DIR": str(folder / "run"),
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        "HOST": HOST,
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "TRUSTED_PROXIES": "1",
        "S3_PUBLIC_ENDPOINT": nginx.store_url,
    }
    argv = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    log = folder / "web.log"
    web = Process("web", argv, env={**environ, **own}, cwd=PROJECT, output=log)
    web.start()
    try:
        with nginx:

            def is_ready() -> bool:
                trusted = str(certificate / "fullchain.pem")
                return requests.get(f"{nginx.url}/healthz", verify=trusted, timeout=30).ok

            assert eventually(is_ready, 90), log.read_text()
            yield nginx
    finally:
        web.stop()


@pytest.fixture(scope="session")
def front(
    environ: dict[str, str], certificate: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nginx]:
    """The product behind nginx, with media in a folder."""
    folder = tmp_path_factory.mktemp("front")
    accel = {**environ, "MEDIA_ACCEL": "/_media"}
    with behind_nginx(folder, accel, certificate) as nginx:
        yield nginx


@pytest.fixture
def store(front: Nginx, settings: Settings) -> LocalStorage:
    """The folder of media behind `front`."""
    return LocalStorage(front.behind.media, secret=settings.secret_key)


@pytest.fixture(scope="session")
def store_front(
    environ: dict[str, str],
    certificate: Path,
    minio: EmbeddedMinio,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Nginx, Settings]]:
    """The product and MinIO behind nginx, and settings that go through it."""
    folder = tmp_path_factory.mktemp("store-front")
    s3 = minio.settings
    with behind_nginx(folder, {**environ, **s3}, certificate, minio.url.split("//")[1]) as nginx:
        through = {"S3_PUBLIC_ENDPOINT": nginx.store_url, "DATA_DIR": str(folder)}
        yield nginx, load({**environ, **s3, **through})

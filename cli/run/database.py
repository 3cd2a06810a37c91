"""Is a database that somebody else runs fit for the product?"""

from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from cli.mongod import MongodError

OLDEST_VERSION = (6, 0)

_REMEDY = "start it or correct the address; without MONGODB_URI a database of its own is started"


def check_replica_set(uri: str, timeout_s: float = 5.0) -> None:
    """Check that the server answers within `timeout_s`, is a replica set and is new enough.

    Raises `MongodError` with a text that never quotes `uri`: it may hold a password.
    """
    try:
        limit_ms = int(timeout_s * 1_000)
        with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=limit_ms) as client:
            state = client.admin.command("hello")
            version = client.server_info()["version"]
    except PyMongoError as error:
        message = f"the database of MONGODB_URI does not answer ({type(error).__name__}): {_REMEDY}"
        raise MongodError(message) from error
    if "setName" not in state:
        message = (
            "the database of MONGODB_URI is not a replica set, which transactions need: start it "
            "with --replSet and initiate the set, or unset MONGODB_URI"
        )
        raise MongodError(message)
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_VERSION:
        message = f"the database of MONGODB_URI is MongoDB {version}: update it to 6.0 or newer"
        raise MongodError(message)

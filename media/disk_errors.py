"""What a disk refuses, in the words of the store."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from core import logs
from media.errors import ObjectMissing, StoreFull, StoreUnavailable

logger = logs.get(__name__)

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def as_store_errors() -> Iterator[None]:
    """Turn errors of the disk into those of `media.errors`."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise ObjectMissing from None
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull from error
        logger.warning("store_failed", error=error.strerror)
        raise StoreUnavailable from error

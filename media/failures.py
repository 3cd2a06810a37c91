"""Why no rendition was made although the file was taken.

What is wrong with the file itself is an `core.errors.Invalid` instead, with its code.
"""

import errno
import os

# There was no room where we work, or no more for us: it comes back without anybody's doing here.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class RenditionFailed(Exception):
    """Making did not work; the text says why, without paths. A later try may succeed."""


class Cancelled(Exception):
    """The caller did not want it any more."""


def failure(reason: str, said: str = "") -> RenditionFailed | OSError:
    """Return what is raised for another program that failed: `OSError` when it had no room.

    `said` is all that it said, `reason` what people may read of it.
    """
    for number in NO_ROOM:
        if os.strerror(number) in f"{reason}\n{said}":
            return OSError(number, os.strerror(number))
    return RenditionFailed(reason)

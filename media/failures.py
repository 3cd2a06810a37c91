"""Why no rendition was made although the file was taken.

What is wrong with the file itself is an `core.errors.Invalid` instead, with its code.
"""


class RenditionFailed(Exception):
    """Making did not work; the text says why, without paths. A later try may succeed."""


class Cancelled(Exception):
    """The caller did not want it any more."""

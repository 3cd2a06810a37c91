"""What a store cannot do, as errors that reach callers in the common shape."""

from core.errors import Conflict, Forbidden, NotFound, Unavailable


class ObjectMissing(NotFound):
    """There is no object of this key, or no unfinished upload of this name (404)."""


class StoreUnavailable(Unavailable):
    """The store does not answer, or refuses us; what it said is in the log (503)."""

    default_code = "store_unavailable"


class StoreFull(Unavailable):
    """The store has no room left (507)."""

    status = 507
    default_code = "store_full"


class BadSignature(Forbidden):
    """An address was not signed by us, was changed, or is past its time (403)."""

    default_code = "link_ended"


class PartsDiffer(Conflict):
    """The parts of an upload are not those that it is to be finished with (409)."""

    default_code = "parts_differ"

"""MongoDB documents, one file per resource: fields, enumerations, indexes. No rules."""

# Before any model imports mongoengine.
import core.mongo as _mongo  # noqa: F401

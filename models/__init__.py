"""MongoDB documents, one file per resource: fields, enumerations, indexes. No rules."""

import sys

if "PIL" not in sys.modules:
    # mongoengine loads Pillow where that is installed, for a kind of field that no model has. Who
    # serves or works needs no parser of pictures in memory; child processes have their own.
    sys.modules["PIL"] = None  # type: ignore[assignment]
    try:
        import mongoengine as mongoengine
    finally:
        del sys.modules["PIL"]

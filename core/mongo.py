"""mongoengine without Pillow, which it would load for a kind of field that no model has.

To be imported before mongoengine. Who serves or works needs no parser of pictures in memory; child
processes have their own.
"""

import sys

_hides = "PIL" not in sys.modules
if _hides:
    sys.modules["PIL"] = None  # type: ignore[assignment]
try:
    import mongoengine as mongoengine
finally:
    if _hides:
        del sys.modules["PIL"]

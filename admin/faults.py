"""Why something failed in the background, in the language of the request."""

from models.media_items import MediaFault
from rest import errors, language


def shown(fault: MediaFault | None) -> dict[str, object] | None:
    """Return a fault as it is answered."""
    if fault is None:
        return None
    return {
        "code": fault.code,
        "message": errors.said((fault.code, dict(fault.params)), language.current()),
    }

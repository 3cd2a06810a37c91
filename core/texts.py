"""What no text may hold, wherever it comes from."""


def has_bad_characters(text: str) -> bool:
    """Tell whether a text holds what no field may: NUL, or a lone surrogate."""
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)

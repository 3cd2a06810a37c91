"""Names under which people know a file: to be shown and offered for saving, never a path."""

import unicodedata

LONGEST = 120
_FORBIDDEN = dict.fromkeys(map(ord, '<>:"|?*'), "_")
_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}


def display_name(given: str, extension: str) -> str:
    """Return `given` without folders, without what misleads or cannot be saved, in `extension`.

    Chinese and other letters stay. Characters that nobody sees (controls, reversal of the writing
    direction) go; an end that is not the type's is followed by the one that is:
    `报告.html` of a PDF becomes `报告.html.pdf`.
    """
    last = given.replace("\\", "/").rpartition("/")[2]
    seen = "".join(
        " " if unicodedata.category(char) in ("Zl", "Zp", "Zs") else char
        for char in unicodedata.normalize("NFC", last)
        if not unicodedata.category(char).startswith("C")
    )
    plain = " ".join(seen.translate(_FORBIDDEN).split()).strip(". ")
    end = f".{extension}"
    aliases = (".jpeg", ".jpg") if extension == "jpg" else (end,)
    stem = next((plain[: -len(one)] for one in aliases if plain.lower().endswith(one)), plain)
    stem = stem[: LONGEST - len(end)].strip(". ") or "file"
    if stem.partition(".")[0].strip().lower() in _DEVICES:
        stem = f"_{stem}"
    return stem + end

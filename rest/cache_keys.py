"""Under which key the answer to a request is kept: the same for all requests that ask the same."""

import functools
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from rest import language

METHODS = frozenset({"GET", "HEAD"})
# What else an answer may depend on. These requests are rare and left to the app.
PASSED_ON = frozenset(
    {
        *("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE", "HTTP_ORIGIN"),
        "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK",
    }
)
QUERY_MAX = 2_000
ACCEPTED_MAX = 500

# Language, path, query. Not one text of all three: a path may hold whatever a query does.
Key = tuple[str, str, str]


class Keys:
    """Keys for GET and HEAD of the resources that may be kept.

    `resources` are the first parts of paths after `prefix`.
    """

    def __init__(self, prefix: str, resources: Iterable[str]) -> None:
        self.prefix = prefix + "/"
        self.resources = frozenset(resources)

    def of(self, environ: dict[str, Any]) -> Key | None:
        """Return the canonical key of a request, None when it is not for the cache.

        Parameters are sorted; the language stands for `lang` and Accept-Language. What is not
        known or not allowed is refused by the app, and refusals are not kept.
        """
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] not in METHODS or not path.startswith(self.prefix):
            return None
        resource = path[len(self.prefix) :].partition("/")[0]
        query = environ.get("QUERY_STRING", "")
        if resource not in self.resources or len(query) > QUERY_MAX:
            return None
        if not environ.keys().isdisjoint(PASSED_ON):
            return None
        accepted = environ.get("HTTP_ACCEPT_LANGUAGE", "")
        if len(accepted) > ACCEPTED_MAX:
            return None
        if not query:
            return language.choose("", accepted), path, ""
        asked = _put_in_order(query, accepted)
        return None if asked is None else (asked[0], path, asked[1])


# Clients write the same questions in few ways, and putting one in order takes longer than
# everything else here.
@functools.lru_cache(maxsize=1_000)
def _put_in_order(query: str, accepted: str) -> tuple[str, str] | None:
    """Return the language and the sorted query; None where the app has to refuse or decide."""
    try:
        # Bytes that are not percent-encoded reach WSGI as Latin-1 and are UTF-8, as in the app.
        text = query.encode("latin-1").decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    given = dict(pairs)
    wanted = given.pop("lang", "")
    chosen = language.choose(wanted, accepted)
    if len(given) + bool(wanted) != len(pairs) or (wanted and wanted != chosen):
        return None
    return chosen, urlencode(sorted(given.items()))

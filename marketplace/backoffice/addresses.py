"""Where a visitor may be sent: our own paths only."""

import re
from urllib.parse import parse_qsl, urlsplit

from flask import abort
from werkzeug.datastructures import MultiDict

LONGEST_QUERY = 5_000
"""Characters."""


def parameters_of(query: str) -> MultiDict[str, str]:
    """Read the query of an address that came as a field of a form, as strictly as one that comes by itself."""
    if len(query) > LONGEST_QUERY:  # Cut off, it could mean more than was asked for.
        abort(400)
    pairs = parse_qsl(query)
    if any("\0" in name or "\0" in value for name, value in pairs):
        abort(400)
    return MultiDict(pairs)


def own_path(target: str | None) -> str | None:
    """Return `target` if it is a path on this site, else None."""
    if not target or not re.fullmatch(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*", target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None

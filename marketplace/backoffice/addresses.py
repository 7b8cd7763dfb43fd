"""Where a visitor may be sent: our own paths only."""

import re
from urllib.parse import urlsplit


def own_path(target: str | None) -> str | None:
    """Return `target` if it is a path on this site, else None."""
    if not target or not re.fullmatch(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*", target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None

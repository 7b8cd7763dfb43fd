"""gettext for the domain, so that verbs can speak without knowing of Flask."""

from typing import Any

import flask_babel


def gettext(sentence: str, **values: Any) -> str:
    """Return `sentence` in the reader's language, `%(name)s` replaced by its values."""
    return str(flask_babel.gettext(sentence, **values))

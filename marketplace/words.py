"""gettext for the domain, so that verbs can speak without knowing of Flask."""

from flask_babel import gettext, lazy_gettext

__all__ = ["gettext", "lazy_gettext"]

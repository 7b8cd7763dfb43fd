"""The browser's cookie: which of our sessions it stands for."""

from flask import session


def stand_for(key: str) -> None:
    """Let the cookie stand for the session with this key, and for nothing from before: the CSRF secret goes, too."""
    session.clear()
    session["_user_id"] = key  # Where Flask-Login looks.
    session["_fresh"] = True

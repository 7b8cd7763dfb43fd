"""The browser's cookie: which of our sessions it stands for."""

from flask import session


def stand_for(key: str) -> None:
    """Let the cookie stand for the session with this key, and for nothing from before: the CSRF secret goes, too."""
    session.clear()
    stand_on_for(key)
    session["_fresh"] = True


def stand_on_for(key: str) -> None:
    """Let the cookie stand for the same session under another key: forms that are open stay good."""
    session["_user_id"] = key  # Where Flask-Login looks.

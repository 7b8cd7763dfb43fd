"""The WSGI application: `flask --app app ...`, `gunicorn app:app`."""

from marketplace import create_app

app = create_app()

"""Styles, scripts and fonts: an address names the file's content, so a browser asks for it only once."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.security import safe_join

A_DAY = 24 * 60 * 60
A_YEAR = 365 * A_DAY


def init_assets(app: Flask) -> None:
    # What a style sheet names itself, such as the font of icons, has no fingerprint of ours.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_DAY
    app.url_defaults(_add_fingerprint)
    app.after_request(_keep_for_good)


def _add_fingerprint(endpoint: str, values: dict[str, Any]) -> None:
    fingerprint = _fingerprint_of(endpoint, values.get("filename"))
    if fingerprint:
        values.setdefault("v", fingerprint)


def _keep_for_good(response: Response) -> Response:
    """Let a browser keep the file whose fingerprint it asked for; an old address gets today's file for a day."""
    asked = request.args.get("v")
    if asked and asked == _fingerprint_of(request.endpoint, (request.view_args or {}).get("filename")):
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    return response


def _fingerprint_of(endpoint: str | None, filename: str | None) -> str | None:
    if filename is None or endpoint is None or endpoint.rpartition(".")[2] != "static":
        return None
    blueprint = endpoint.rpartition(".")[0]
    folder = current_app.blueprints[blueprint].static_folder if blueprint else current_app.static_folder
    path = Path(safe_join(folder or "", filename) or "")
    if not path.is_file():
        return None
    return _fingerprint(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _fingerprint(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]

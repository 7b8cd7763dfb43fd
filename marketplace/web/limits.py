"""What a request may weigh and hold before any view looks at it."""

from flask import Flask, abort, request
from werkzeug.exceptions import HTTPException

BODY_BYTES = 2 * 1024 * 1024
FIELDS = 1000


def init_limits(app: Flask) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=BODY_BYTES,
        MAX_FORM_PARTS=FIELDS,
    )
    app.before_request(_refuse_oversized)
    app.before_request(_refuse_nul)


def _refuse_oversized() -> None:
    try:
        fields = sum(len(values) for _, values in request.form.lists())
    except HTTPException:
        raise
    except Exception:  # noqa: BLE001 - each server raises errors of its own for a body that is sent wrongly
        abort(400)
    # MAX_FORM_PARTS counts the parts of multipart bodies only.
    if fields > FIELDS:
        abort(413)


def _refuse_nul() -> None:
    """Refuse NUL characters anywhere: nobody types them, and PostgreSQL stores none."""
    pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
    if "\0" in request.path or any("\0" in name or "\0" in value for name, value in pairs):
        abort(400, "The request holds a character that no text can have.")

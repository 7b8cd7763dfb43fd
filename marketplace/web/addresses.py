"""The app, which works an address out once where it is the same for the life of the process."""

from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request

from marketplace.web.templates import SharedGlobals

KEPT = 1000
"""How many addresses at most; the pages of one site lead to about a hundred."""


class BackOffice(Flask):
    """Flask, whose pages link to the same few screens, styles and scripts each time."""

    jinja_environment = SharedGlobals

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._fixed_address = lru_cache(KEPT)(self._address_under)

    def url_for(self, endpoint: str, **values: Any) -> str:
        filename = values.get("filename")
        fixed = all(value is None or name == "filename" for name, value in values.items())
        if not fixed or not has_request_context() or (filename is not None and self._files_may_change):
            return super().url_for(endpoint, **values)
        if endpoint.startswith("."):
            endpoint = f"{request.blueprint}{endpoint}" if request.blueprint else endpoint[1:]
        return self._fixed_address(request.environ.get("SCRIPT_NAME", ""), endpoint, filename)

    @property
    def _files_may_change(self) -> bool:
        return self.debug or self.testing

    def _address_under(self, _root: str, endpoint: str, filename: str | None) -> str:
        """Return the address as it is in the running request, all of whose part in it is the root of the site."""
        values: dict[str, Any] = {} if filename is None else {"filename": filename}
        return super().url_for(endpoint, **values)

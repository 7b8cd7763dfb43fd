"""How templates are read: what makes them readable for us is not sent to every browser."""

import re
from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import StrictUndefined
from jinja2.ext import Extension

INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


def init_templates(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(Unindented)


class SharedGlobals(Environment):
    """Gives templates the globals as they are: Jinja compares those of two templates at each import of macros."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


class Unindented(Extension):
    """Leaves the indentation of HTML templates out; lines stay, so that errors name the right ones."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return INDENTATION.sub("", source) if name and name.endswith(".html") else source

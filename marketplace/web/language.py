"""The words of a page: the catalogue of their language is found quickly, for there are many words to a page."""

from functools import cached_property, lru_cache
from typing import Any

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, Request
from flask_babel import Domain, get_locale
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context
from markupsafe import Markup
from wtforms.i18n import messages_path

from marketplace.extensions import babel

Catalogue = Translations | NullTranslations


class Catalogues(Domain):  # type: ignore[misc] # Flask-Babel has no types
    """Flask-Babel's catalogues, kept by locale: the language is asked for at each word, and may change between two."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[Locale, Catalogue] = {}

    def get_translations(self) -> Catalogue:
        locale = get_locale()
        found = self._kept.get(locale)
        if found is None:
            found = super().get_translations()
            if locale is not None:
                self._kept[locale] = found
        return found


class LanguageRequest(Request):
    @cached_property
    def wtforms_translations(self) -> Catalogue:
        """What the forms' library says of itself; Flask-WTF would read the catalogue for each request."""
        return _catalogue_of_forms(get_locale())


def init_language(app: Flask) -> None:
    """Let templates ask the catalogues themselves; Jinja's own functions take ten times as long to do so."""
    app.request_class = LanguageRequest
    babel.domain_instance = Catalogues()
    app.jinja_env.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext)


@pass_eval_context
def _gettext(context: EvalContext, text: str, /, **values: Any) -> str:
    return _written(context, babel.domain_instance.get_translations().ugettext(text), values)


@pass_eval_context
def _ngettext(context: EvalContext, one: str, many: str, num: int, /, **values: Any) -> str:
    values.setdefault("num", num)
    return _written(context, babel.domain_instance.get_translations().ungettext(one, many, num), values)


def _written(context: EvalContext, text: str, values: dict[str, Any]) -> str:
    """Put `values` into `text`; on a page, where everything is escaped, they are and the text is not."""
    written = Markup(text) if context.autoescape else text  # noqa: S704 - the text is ours or our translators'
    return written % values if "%" in text else written


@lru_cache(32)
def _catalogue_of_forms(locale: Locale) -> Catalogue:
    return Translations.load(messages_path(), [locale], domain="wtforms")

"""Pages as a browser takes them: which fields a form has, and what is sent when it goes back untouched."""

import re
from html.parser import HTMLParser

ONE_LINE = {"text", "search", "tel", "url", "email", "password"}
NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)([eE][-+]?\d+)?")
MOMENT = re.compile(r"\d{4,}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?")
DRAWN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=[\w.-]*[A-Za-z])[\w.-]{32,}")


def fields_of(page: str, action: str | None = None) -> dict[str, str]:
    """Return what a browser would send, the form of `page` left as it is, the log-out form aside.

    Where the page has several, `action` tells which is meant.

    Follows the HTML standard where a value is not sent as it stands in the page: NUL is replaced, inputs of one line
    lose line breaks, numbers and moments that are none are blank, a text area loses its first line break, and line
    breaks are sent as CR LF.
    """
    reader = _Forms()
    reader.feed(re.sub(r"\r\n?", "\n", page).replace("\0", "\ufffd"))
    reader.close()
    [form] = [fields for there, fields in reader.forms if there != "/logout" and action in (None, there)]
    return {name: re.sub(r"\r\n?|\n", "\r\n", value) for name, value in form.items()}


def without_ids(page: str) -> str:
    """Return `page` without its ids, digests and tokens, which by chance hold any few figures that a test looks for."""
    return DRAWN.sub("", page)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._open: dict[str, str] | None = None
        self._textarea: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self._open = {}
            self.forms.append((given.get("action", ""), self._open))
        if self._open is None or "disabled" in given:
            return
        if tag == "input" and given.get("name"):
            self._input(given)
        elif tag == "textarea":
            self._textarea = given["name"]
            self._open[self._textarea] = ""
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and ("selected" in given or self._select not in self._open):
            self._open[self._select] = given["value"]

    def handle_data(self, data):
        if self._textarea is not None:
            self._open[self._textarea] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._open[self._textarea] = self._open[self._textarea].removeprefix("\n")
            self._textarea = None
        elif tag == "select":
            self._select = None

    def _input(self, given):
        kind, value = given.get("type", "text").lower(), given.get("value", "")
        if kind in ("submit", "button", "image", "reset", "file"):
            return
        if kind in ("checkbox", "radio"):
            if "checked" in given:
                self._open[given["name"]] = given.get("value", "on")
            return
        if kind in ONE_LINE:
            value = re.sub(r"[\r\n]", "", value)
        if kind == "email":
            value = value.strip("\t\n\f\r ")
        if (kind == "number" and not NUMBER.fullmatch(value)) or (
            kind == "datetime-local" and not MOMENT.fullmatch(value)
        ):
            value = ""
        self._open[given["name"]] = value

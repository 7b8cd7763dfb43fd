"""When two pieces of SQL define the same thing, though two programs wrote them down."""

import re

_LITERAL = re.compile(r"('(?:[^']|'')*')")
_LONG_TYPE = r"character varying|double precision|timestamp with(?:out)? time zone"

# What PostgreSQL adds or rewrites when it stores a definition, in the order in which it is undone.
_REWRITTEN = (
    (re.compile(rf"::(?:{_LONG_TYPE}|\w+)(?:\([\d, ]+\))?(?:\[\])?"), ""),
    (re.compile(r"\b(?:concurrently|if not exists|using btree)\b"), ""),
    (re.compile(r"\bon (?:only )?\w+\.(?=\w)"), "on "),
    (re.compile(r'[\s()"]+'), ""),
    (re.compile(r"=anyarray\[|<>allarray\["), lambda match: "in" if match[0][0] == "=" else "notin"),
    (re.compile(r"\]"), ""),
    (re.compile(r"!="), "<>"),
    (re.compile(r"~~"), "like"),
    (re.compile(r"current_timestamp"), "now"),
)


def same(one: str | None, other: str | None) -> bool:
    """Whether two defaults, checks or index definitions say the same, however they are spelt."""
    return _plain(one) == _plain(other)


def _plain(text: str | None) -> str | None:
    if text is None:
        return None
    # Only every other part is SQL; between them stand literals, whose case and spaces count. A mark keeps
    # their places while the rewritings look at the whole.
    parts = _LITERAL.split(text)
    sql = "\0".join(parts[::2]).lower()
    for pattern, replacement in _REWRITTEN:
        sql = pattern.sub(replacement, sql)
    literals = iter(parts[1::2])
    return re.sub("\0", lambda _: next(literals), sql)

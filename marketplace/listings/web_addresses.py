"""E-mail addresses, URLs and bare domains in a text, written plainly or in words."""

import re

from marketplace.listings.disguises import AT, DOT

CLEAR = (
    "com|net|org|info|biz|eu|uk|fr|pl|ua|nl|fi|dk|cz|sk|hu|ro|ru|cn|jp|kr|tw|hk|br|mx|ar|ch|ca|ie|pt|gr|tr|ae|sa|eg|il"
    "|au|nz|za|ng|ke|ee|lt|lv|bg|kz|md|рф|укр|भारत"
)
"""Endings of domains that are no word of a language in which people write here."""

WORDY = (
    "de|es|it|in|at|rs|hr|si|me|is|to|be|us|se|no|li|la|ly|co|cc|tv|io|ai|gg|gl|ws|app|dev|shop|store|online|site|club|xyz|pro"
    "|link|page|live|life|world|studio|design|services|agency|email|top|website|space|cloud"
    "|london|berlin|hamburg|koeln|cologne|wien|bayern|nyc|miami|boston|sydney|melbourne|amsterdam|brussels|cymru|wales|scot"
    "|madrid|barcelona|istanbul|moscow|tokyo"
)
"""Those that are words, too: they count where no blank stands before them."""

SPOKEN_ENDINGS = {"ком": "com", "нет": "net", "юа": "ua", "орг": "org", "инфо": "info", "інфо": "info"}

MAIL_HOSTS = "gmail|googlemail|yahoo|hotmail|gmx|icloud|protonmail|ukrnet|interia|onet|wanadoo|laposte"
"""Who says one of these after an `at` need not say how it ends."""

SPOKEN_DOT = re.compile(
    rf"(?<=[\w-]{{4}})\s{{1,2}}(?:{DOT})\s{{1,2}}(?P<ending>{CLEAR}|{'|'.join(SPOKEN_ENDINGS)})(?!\w)", re.IGNORECASE
)
SPOKEN_ADDRESS = re.compile(
    rf"(?<![\w.+-])(?P<local>[\w.+-]{{2,64}})\s{{1,2}}(?:{AT})\s{{1,2}}"
    rf"(?P<host>[\w-]{{2,63}})\s{{1,2}}(?:{DOT})\s{{1,2}}(?P<ending>{CLEAR}|{WORDY})(?!\w)",
    re.IGNORECASE,
)
SPOKEN_HOST_DOT = re.compile(rf"(?<=@)(?P<host>[\w-]{{2,63}})\s{{1,2}}(?:{DOT})\s{{1,2}}(?P<ending>[a-z]{{2,6}})(?!\w)")

EMAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}\s{{0,2}}@\s{{0,2}}(?:[\w-]{{1,63}}\.){{1,4}}(?:{CLEAR}|{WORDY})(?![\w-])"
    rf"|(?<![\w.+-])[\w.+-]{{1,64}}\s{{0,2}}@\s{{0,2}}[\w-]{{1,63}}\s{{0,2}}[.,]\s{{0,2}}(?:{CLEAR})(?![\w-])"
    rf"|(?<![\w.+-])[\w.+-]{{1,64}}\s{{0,2}}@[\w-]{{1,63}}\s{{0,2}}\.(?:{WORDY})(?![\w-])"
    rf"|(?<![\w.+-])[\w.+-]{{1,64}}(?:\s{{0,2}}@\s{{0,2}}|\s(?:{AT})\s)(?:{MAIL_HOSTS})(?![\w-])",
    re.IGNORECASE,
)
URL = re.compile(
    rf"(?:\bh(?:tt|xx)ps?://|\bwww\s?\.\s?|\bmailto:)[^\s<>\"]{{3,200}}|\bwww\s{{1,2}}[\w-]{{2,63}}\s{{1,2}}(?:{CLEAR})(?!\w)",
    re.IGNORECASE,
)
APP_LINK = re.compile(
    r"(?<![\w.@-])(?:t|wa|m|ig|fb|line|signal|discord)\.(?:me|gg)/[\w+./?=&-]{1,64}"
    r"|\b(?:viber|tg|whatsapp|skype|line|weixin|sgnl)://[^\s<>\"]{1,200}",
    re.IGNORECASE,
)
DOMAIN = re.compile(
    rf"(?<![\w@.-])(?:[\w-]{{1,63}}\.){{1,4}}(?P<ending>{CLEAR}|{WORDY})(?![\w-])(?:/[^\s<>\"]{{0,200}})?",
    re.IGNORECASE,
)
SPACED_DOMAIN = re.compile(rf"(?<![\w@.-])[\w-]{{2,63}}\s{{1,2}}\.\s{{0,2}}(?P<ending>{CLEAR})(?![\w-])", re.IGNORECASE)

BULLET = re.compile(rf"(?<=\w)[•∙⋅·●](?=(?:{CLEAR})(?!\w))", re.IGNORECASE)

SENTENCES = frozenset(["at", "be", "in", "is", "it", "la", "li", "me", "no", "to", "us"])
"""Endings that are the first word of a sentence as well, where the blank before it is missing."""

GOES_ON = re.compile(r"\s[^\W\d_]")
POINTS_THERE = re.compile(
    r"(?:\b(?:at|on|visit|see|under|site|website|web|page|www|portfolio|unter|auf|bei|siehe|sur|voir|visite\w?|site|en|in|na"
    r"|pod|su|em)|[:(@/])\s{0,2}$",
    re.IGNORECASE,
)
"""Ends what stands before an address, and hardly before the last word of a sentence."""

NO_DOMAINS = frozenset({"asp.net", "vb.net", "ado.net", "paint.net", "socket.io", "draw.io"})
"""Names of programs that people teach and repair."""


def spelled_out(text: str) -> str:
    """Return `text` with addresses that are written in words as addresses: `name at host dot com`."""
    text = BULLET.sub(".", text)
    text = SPOKEN_ADDRESS.sub(r"\g<local>@\g<host>.\g<ending>", text)
    text = SPOKEN_HOST_DOT.sub(r"\g<host>.\g<ending>", text)
    return SPOKEN_DOT.sub(lambda dot: "." + SPOKEN_ENDINGS.get(dot["ending"].lower(), dot["ending"]), text)


def is_domain(found: re.Match[str]) -> bool:
    """Whether what DOMAIN or SPACED_DOMAIN found is one: neither a missing blank after a sentence nor a number."""
    host = found[0].partition("/")[0]
    ending = found["ending"]
    name = host[: -len(ending)].rstrip(". ")
    last = name.rpartition(".")[2]
    is_short = len(last) < 2 and "/" not in found[0]
    if host.lower() in NO_DOMAINS or is_short or not any(character.isalpha() for character in last):
        return False
    return (_is_written_as_one(last, ending) or host.isupper()) and not _is_next_sentence(found, name)


def _is_written_as_one(last: str, ending: str) -> bool:
    is_name = re.search(r"[a-z][A-Z]|[\d-]", last) and ending.lower() in ("com", "net", "org")
    return ending.islower() or not ending.isascii() or bool(is_name)


def _is_next_sentence(found: re.Match[str], name: str) -> bool:
    """Whether it is a word, a full stop and a word: `with you.me and my team`."""
    is_one = found["ending"] in SENTENCES and name.isalpha() and "/" not in found[0]
    goes_on = is_one and GOES_ON.match(found.string, found.end())
    return bool(goes_on and goes_on[0].islower()) and not POINTS_THERE.search(
        found.string, max(0, found.start() - 20), found.start()
    )

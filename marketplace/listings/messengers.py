"""Names and invitations to messengers in a text: a handle, or words that ask to write there."""

import re
from collections.abc import Iterator
from itertools import islice

NAMES = (
    r"(?<!\w)(?:whats\s?app\w{0,3}|watsapp|wats\s?up|telegram\w{0,3}|viber\w{0,3}|wechat|weixin|skype\w{0,3}|threema|zalo"
    r"|instagram\w{0,3}|insta|snapcha[tc]\w{0,3}|kakao\s?talk|facebook\w{0,3}|messenger\w{0,3}|discord\w{0,3}|tik\s?tok\w{0,3}"
    r"|вот?цап\w{0,2}|в[ао]тсап\w{0,2}|телеграм\w{0,2}|вайбер\w{0,2}|скайп\w{0,2}|телег[уеиі]|тикток\w{0,2}|сн[еа]п?чат\w{0,2}|[іи]нстаграм\w{0,2}|[іи]нст[аіу]"
    r"|व्हाट्सएप|व्हाट्सऐप|वॉट्सऐप|टेलीग्राम|इंस्टाग्राम|واتساب|واتس\s?اب|تليجرام|تيليجرام|تلغرام|انستغرام|إنستغرام|سناب)"
    r"|微信|威信|薇信|加[微薇威]|[vV]信"
)
"""With the endings of cases that Polish and Ukrainian give them; Chinese needs no blank before one."""

SHARED_NAMES = r"(?<!\w)(?-i:Signal\w{0,2}|SIGNAL|(?:LINE|Line)(?!\sof\b)|WA|Wa|TG|Tg|IG|VX|vx|QQ|ТГ|тг)"
"""Those that are words or abbreviations, too: only as names are written."""

NAME = rf"(?:{NAMES}|{SHARED_NAMES})"

MOST_NAMES = 50
"""Names of messengers around which one text is searched for invitations."""

AROUND = 90
"""Characters on either side of a name within which an invitation stands."""

_WORDS = r"(?:[^\s.!?]{1,30}\s{1,2}){0,4}"
_INVITATIONS = (
    # English
    r"\b(?:me|us)\sWORDS(?:on|via|by|through|over|at|in)\s(?:my\s|our\s)?NAME",
    (
        r"\b(?:contact|available|reachable|bookings?|book|orders?|questions?|reply|replies|details|quotes?|chat\swith\s(?:me|us|you))\sWORDS"
        r"(?:on|via|by|through|over)\sNAME"
    ),
    r"\b(?:my|our)\sNAME(?!\s(?:course|class|lesson|training|photo|page\sdesign|ads?)\b)",
    r"NAME\s(?:me|us)\b",
    r"\b(?:am|i'm|we're|are|also)\s(?:also\s)?on\sNAME",
    # German
    (
        r"\b(?:mir|mich|uns|kontakt\w*|erreichbar|anfragen?|buchung(?:en)?|termine?|fragen|nachricht|melden|schreib\w*|chatte\w*)\s"
        r"WORDS(?:auf|per|über|via|bei|in)\sNAME"
    ),
    r"\b(?:auf|per|über|via|bei)\sNAME\s(?:schreiben|melden|erreichbar|kontakt\w{0,6}|anfragen|erreichen|buchen)",
    r"\bmein\w{0,2}\sNAME(?!\w|-)",
    # French
    (
        r"(?:\b|-)(?:moi|nous|contact\w*|joignable|message|réserv\w*|devis|infos?|dispo\w*)\sWORDS(?:sur|par|via)\s"
        r"(?:mon\s)?NAME"
    ),
    r"\bmon\sNAME",
    # Spanish
    (
        r"\b(?:me|nos|escr[ií]b\w*|cont[aá]ct\w*|mensajes?|reserv\w*|ll[aá]m\w*|info\w*|disponible|b[uú]sca\w*|agr[eé]ga\w*"
        r"|h[aá]bla\w*|cit[aá]s?)\sWORDS(?:por|en|al|v[ií]a)\s(?:mi\s)?NAME"
    ),
    r"\bmi\sNAME",
    # Polish
    (
        r"\b(?:napisz\w*|pisz\w*|pisać|kontakt\w*|wiadomo\w*|dodaj\w*|znajd\w*|zadzwo\w*|dzwo\w*|umów\w*|umaw\w*|rezerw\w*"
        r"|zapis\w*|odpis\w*|jestem|zapraszam|złap\w*)\sWORDS(?:na|przez|w|po)\sNAME"
    ),
    r"\bm(?:ój|oim|oja|oje)\sNAME",
    # Ukrainian
    (
        r"\b(?:пиш\w*|напи[шс]\w*|писати|зв.?яз\w*|контакт\w*|повідом\w*|дода\w*|дзвон\w*|шука\w*|запис\w*|відповід\w*|знай\w*|є|я)\s"
        r"WORDS(?:у|в|на|через)\sNAME"
    ),
    r"\bмій\sNAME",
    # Hindi, Arabic, Chinese: verbs may follow, and words need no blanks between them.
    r"NAME\s(?:पर|में|से)\s(?:\S{1,30}\s){0,2}(?:संपर्क|संदेश|मैसेज|लिख|बात|कॉल|जुड़|बुक)",
    r"(?:راسل|تواصل|اتصل|اكتب|كتاب|أضف|احجز|حجز|رسال|تجدون)\S{0,8}\s(?:\S{1,30}\s){0,2}(?:(?:على|عبر|في)\s)?NAME",
    r"(?:加|联系|联络|聯繫|私|我的|咨询|预约)[^。\n]{0,6}NAME",
    r"NAME[^。\n]{0,4}(?:联系|咨询|聯繫|私聊|找我|同号|预约|加我)",
)
INVITATION = re.compile(
    "|".join(_INVITATIONS).replace(r"\w*", r"\w{0,12}").replace("WORDS", _WORDS).replace("NAME", NAME), re.IGNORECASE
)
NAMED = re.compile(NAME, re.IGNORECASE)

_IS = (
    r"(?:\s(?:is|it's|am|are|under|as|bin|heiße|ich|ist|unter|als|c'est|est|je|suis|sous|soy|es|como|estoy|jestem|to|jako"
    r"|я|це|як|मैं|أنا|هو|我是|是|叫)){1,2}\s"
)
_KEY = r"\s?(?:id|nick(?:name)?|user(?:name)?|account|acc|konto|handle|号|號|是|आईडी)?\s?"
HANDLE = re.compile(
    # Digits, underscores or dots within tell a handle from a word; after a colon it may be a word that stands alone.
    rf"{NAME}{_KEY}[:：=–—-]?\s?(?:live:|@)?(?=[A-Za-z0-9_.-]{{0,31}}[0-9_.][A-Za-z0-9_-])[A-Za-z][A-Za-z0-9_.-]{{3,31}}"
    rf"|(?-i:QQ)[号號]?\s?[:：]?\s?[1-9]\d{{4,10}}(?!\d)"
    rf"|(?:в|на|у)\s(?:телег[уеиі]|тг)\s@?(?=[A-Za-z0-9_.]{{0,31}}[0-9_])[A-Za-z][A-Za-z0-9_.]{{3,31}}"
    rf"|{NAME},?{_IS}@?(?=[A-Za-z0-9_.-]{{0,31}}[0-9_])[A-Za-z][A-Za-z0-9_.-]{{3,31}}"
    rf"|(?:{NAMES}){_KEY}[:：=]\s?@?[A-Za-z][A-Za-z0-9_.]{{4,31}}(?=\s{{0,3}}(?:[.,;!)\n]|$))",
    re.IGNORECASE,
)
AT_HANDLE = re.compile(
    r"(?<![\w@./])@(?!(?:home|work|school|office|night|zuhause|domicile|domicilio|casa|maison|dom|the|your)\b)"
    r"[A-Za-z_][A-Za-z0-9_.]{2,31}",
    re.IGNORECASE,
)


def messenger_handles(text: str) -> Iterator[re.Match[str]]:
    """Yield what names somebody in a messenger: `Telegram: anna_88`, `@anna.cleans`."""
    yield from HANDLE.finditer(text)
    yield from AT_HANDLE.finditer(text)


def invitations(text: str) -> Iterator[re.Match[str]]:
    """Yield words that ask to write in a messenger: `text me on WhatsApp`. Its name alone is none."""
    for name in islice(NAMED.finditer(text), MOST_NAMES):
        start = max(0, name.start() - AROUND)
        if found := INVITATION.search(text, start, name.end() + AROUND):
            yield found

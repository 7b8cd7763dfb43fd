"""Phone numbers in a text, as the phonenumbers library knows them, and apart from prices, times, dates and sizes."""

import re
from collections.abc import Iterator, Sequence

from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher, format_number

MOST_LOOKUPS = 300
"""How often the library is asked about one text: it takes a tenth of a millisecond each time, and now and then ten."""

FEWEST_DIGITS, MOST_DIGITS = 7, 15

REGIONS = {
    "AED": "AE", "ARS": "AR", "AUD": "AU", "BRL": "BR", "CAD": "CA", "CHF": "CH", "CNY": "CN", "COP": "CO",
    "CZK": "CZ", "DKK": "DK", "DZD": "DZ", "EGP": "EG", "EUR": "DE FR ES IT NL AT BE PT IE GR", "GBP": "GB",
    "HKD": "HK", "HUF": "HU", "ILS": "IL", "INR": "IN", "JPY": "JP", "KES": "KE", "KRW": "KR", "MAD": "MA",
    "MXN": "MX", "NGN": "NG", "NOK": "NO", "NZD": "NZ", "PLN": "PL", "RON": "RO", "SAR": "SA", "SEK": "SE",
    "SGD": "SG", "THB": "TH", "TRY": "TR", "TWD": "TW", "UAH": "UA", "USD": "US", "VND": "VN", "ZAR": "ZA",
}  # fmt: skip
"""Where numbers without a country's prefix are dialled, by the currency of the price."""

ANYWHERE = "US GB DE FR ES PL UA IN"
"""The same where the currency is missing or another one."""

LETTERS = (
    (re.compile(r"[іїєґІЇЄҐ]"), "UA"),
    (re.compile(r"[łżźśćńęąŁŻŹŚ]"), "PL"),
    (re.compile(r"[ऀ-ॿ]"), "IN"),
    (re.compile(r"[一-鿿]"), "CN"),
    (re.compile(r"[؀-ۿ]"), "EG AE SA"),
)
"""Letters by which a text tells where it comes from, whatever its price is in."""

_MONEY_AFTER = (
    r"€|\$|£|¥|₴|₹|₽|₺|₩|₪|%|°|m²|(?:zł\w*|zl|pln|eur|euros?|usd|chf|uah|грн|гривень|гривні|грн\.|inr|rs|rupees?"
    r"|रुपये|रु|元|块|円|درهم|ريال|جنيه|kr|pesos|dollars?|dolar\w*|km|kg|m|cm|mm|qm|m2|км|см|мм|кг|м)(?!\w)"
)
_AMOUNT = r"(?<![\d+])[1-9]\d{0,2}(?:[ .,'’]\d{2,3}){0,3}(?:[.,]\d{1,2})?"
_CLOCK = r"\d{1,2}\s?(?:[.:h]\s?[0-5]\d|h|uhr)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:19|20)\d{2}"
_DASH = r"\s?(?:[-–—/]|bis|to|à|a|do|до)\s?"
NO_NUMBERS = (
    re.compile(rf"(?<![\d+]){_CLOCK}{_DASH}{_CLOCK}(?!\d)", re.IGNORECASE),
    re.compile(rf"(?<![\d+.:/-])(?:{_DAY}[./-]{_MONTH}[./-]{_YEAR}|{_YEAR}[./-]{_MONTH}[./-]{_DAY})(?![\d/-])"),
    re.compile(rf"(?<![\d+.:/ -]){_YEAR}{_DASH}{_YEAR}(?![\d/-])"),
    re.compile(
        r"\b(?:NIP|REGON|KRS|PESEL|SIRET|SIREN|RCS|IBAN|ISBN|USt\W?Id\w{0,3}|VAT|Steuernummer|St\W{0,2}Nr|CIF|NIF"
        r"|ЄДРПОУ|ІПН|GST\w{0,2}|HRB|EAN)[\s.:#№-]{0,4}(?:(?:no|nr|num|№)[\s.:]{0,3})?[A-Z]{0,2}[\d \-./]{5,40}",
        re.IGNORECASE,
    ),
    re.compile(rf"{_AMOUNT}\s?(?:{_MONEY_AFTER})", re.IGNORECASE),
    re.compile(rf"(?:[€$£¥₴₹]|\b(?:Rs\.?|EUR|USD|INR|UAH|PLN|CHF|GBP))\s?{_AMOUNT}(?!\d)", re.IGNORECASE),
)
"""Times, dates, spans of years, registrations and amounts, in this order."""

_UNSPACED = "\u0900-\u097f\u0600-\u06ff\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af"
"""Letters of scripts that write figures without a blank between."""

_OTHER_LETTER = rf"[^\W_{_UNSPACED}]"
CANDIDATE = re.compile(
    rf"(?<!{_OTHER_LETTER})(?<!\d)[+(]?\(?\d(?:(?:_|[^\w\n+]){{0,3}}\d){{5,24}}(?!{_OTHER_LETTER})(?!\d)"
)
PAUSE = re.compile(r"[.,;:!?]\s|[।。、，；：！？؛،؟]")

CUE = re.compile(
    r"(?:\b(?:tel|telefon\w{0,4}|telephone|téléphone|teléfono|phone|mobile|mobil|móvil|movil|mob|cell|call(?:\sme|\sus)?|sms"
    r"|handy(?:nummer)?|handynr|ruf\w{0,3}|anruf\w{0,3}|whats\s?app|viber|portable|appel\w{0,4}|llám\w{0,5}|llama\w{0,4}"
    r"|zadzwo\w{0,4}|dzwo\w{0,4}|komórka|тел|телефон\w{0,3}|моб|дзвон\w{0,4}|подзвон\w{0,4}"
    r"|my\snumber|meine\snummer|mon\snuméro|mi\snúmero|mój\snumer|мій\sномер)\b"
    r"|फ़ोन|फोन|कॉल|मोबाइल|नंबर|电话|電話|手机|手機|致电|微信|هاتف|اتصل|جوال|موبايل|واتساب|[☎📞📱])"
    r"(?:(?<=tel)\.|(?<=mob)\.|(?<=тел)\.|(?<=моб)\.)?[^\d\n+.。।!?！？]{0,20}$",
    re.IGNORECASE,
)
"""Ends what stands before a number that need not be complete: there is no doubt what it is for."""

DIGIT_WORDS = {
    word: str(number % 10)
    for words in (
        "zero one two three four five six seven eight nine oh",
        "null eins zwei drei vier fünf sechs sieben acht neun",
        "zéro un deux trois quatre cinq six sept huit neuf",
        "cero uno dos tres cuatro cinco seis siete ocho nueve",
        "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
        "нуль один два три чотири п'ять шість сім вісім дев'ять",
        "शून्य एक दो तीन चार पांच छह सात आठ नौ",
        "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة",
    )
    for number, word in enumerate(words.split())
}
WORD = re.compile(r"[^\s.,;:/()+–—-]{1,24}")
HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
HAN_RUN = re.compile(r"[〇零一二三四五六七八九]{7,15}")


def regions_of(text: str, currency: str | None) -> list[str]:
    """Return where a number in `text` without a country's prefix may be dialled, the likeliest first."""
    hinted = [region for letters, regions in LETTERS if letters.search(text) for region in regions.split()]
    return list(dict.fromkeys([*hinted, *REGIONS.get((currency or "").upper(), ANYWHERE).split()]))


def phone_numbers(text: str, regions: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each number as it is written in `text`, and as it is dialled from anywhere ("" where nobody can tell).

    :param regions: see `regions_of`; a number with a country's prefix is found in any case.
    """
    text = HAN_RUN.sub(lambda run: run[0].translate(HAN_DIGITS), text)
    lookups = iter(range(MOST_LOOKUPS))
    yield from _spoken(text, regions, lookups)
    for pattern in NO_NUMBERS:
        text = pattern.sub("\n", text)
    for candidate in CANDIDATE.finditer(text):
        found = _dialled(candidate[0], regions, lookups)
        if found:
            yield from ((candidate[0].strip("( "), number) for number in found)
        elif _digits(candidate[0]) <= MOST_DIGITS and CUE.search(
            text, max(0, candidate.start() - 60), candidate.start()
        ):
            yield candidate[0], ""


def _dialled(candidate: str, regions: Sequence[str], lookups: Iterator[int]) -> list[str]:
    """Return the numbers in a run of digits, "" for each that is one, but of more than one region."""
    for attempt in dict.fromkeys(_attempts(candidate)):
        has_prefix = "+" in attempt
        # Whoever writes a country's prefix means a number, be it given to anybody or not.
        leniency = Leniency.POSSIBLE if has_prefix else Leniency.VALID
        for region, _lookup in zip(regions[:1] if has_prefix else regions, lookups, strict=False):
            matches = PhoneNumberMatcher(attempt, region, leniency=leniency, max_tries=5)
            if found := [format_number(match.number, PhoneNumberFormat.E164) for match in matches]:
                return found if has_prefix or len(regions) == 1 else [""] * len(found)
    return []


def _attempts(candidate: str) -> Iterator[str]:
    """Yield as what a run of digits can be read: as it is, up to a pause, without what comes after, as digits alone."""
    pieces = PAUSE.split(candidate)
    # After a pause comes another number, unless the pauses are between the few digits of each pair: `06. 12. 34. 56.`
    for piece in pieces if any(_digits(piece) > 3 for piece in pieces) else [candidate]:
        if _digits(piece) < FEWEST_DIGITS:
            continue
        groups = piece.split()
        for count in range(len(groups), max(1, len(groups) - 3) - 1, -1):
            yield " ".join(groups[:count])
        if _digits(piece) <= MOST_DIGITS:
            yield ("+" if piece.startswith("+") else "") + re.sub(r"\D", "", piece)


def _spoken(text: str, regions: Sequence[str], lookups: Iterator[int]) -> Iterator[tuple[str, str]]:
    """Yield numbers some of whose digits are written as words."""
    run: list[str] = []
    digits, words, end = "", 0, 0
    for token in WORD.finditer(text.lower().replace("’", "'")):
        digit = DIGIT_WORDS.get(token[0])
        if (digit or token[0].isdecimal()) and (not run or token.start() - end <= 3):
            run.append(token[0])
            digits, words = digits + (digit or token[0]), words + (digit is not None)
        else:
            yield from _spoken_run(run, digits, words, regions, lookups)
            run, digits, words = ([token[0]], digit, 1) if digit else ([], "", 0)
        end = token.end()
    yield from _spoken_run(run, digits, words, regions, lookups)


def _spoken_run(
    run: Sequence[str], digits: str, words: int, regions: Sequence[str], lookups: Iterator[int]
) -> Iterator[tuple[str, str]]:
    if words >= 3 and FEWEST_DIGITS <= len(digits) <= MOST_DIGITS:
        for number in _dialled(digits, regions, lookups):
            yield " ".join(run), number


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)

"""Phone numbers in a text, as the phonenumbers library knows them, and apart from prices, times, dates and sizes."""

import re
from collections.abc import Iterator, Sequence

from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher, format_number

from marketplace.listings.digit_words import DIGIT_WORDS, REPEATED, SPOKEN, with_pairs
from marketplace.listings.figures import FEWEST_DIGITS, MOST_DIGITS, digits_in, is_behind, without_figures

MOST_LOOKUPS = 300
"""How often the library is asked about one text: it takes a tenth of a millisecond each time, and now and then ten."""

REGIONS = {
    "AED": "AE", "ARS": "AR", "AUD": "AU", "BRL": "BR", "CAD": "CA", "CHF": "CH", "CNY": "CN", "COP": "CO",
    "CZK": "CZ", "DKK": "DK", "DZD": "DZ", "EGP": "EG", "EUR": "DE FR ES IT NL AT BE PT IE GR", "GBP": "GB",
    "HKD": "HK", "HUF": "HU", "ILS": "IL", "INR": "IN", "JPY": "JP", "KES": "KE", "KRW": "KR", "MAD": "MA",
    "MXN": "MX", "NGN": "NG", "NOK": "NO", "NZD": "NZ", "PLN": "PL", "RON": "RO", "RUB": "RU", "SAR": "SA", "SEK": "SE",
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

_UNSPACED = "\u0900-\u097f\u0600-\u06ff\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af"
"""Letters of scripts that write figures without a blank between."""

_OTHER_LETTER = rf"[^\W_{_UNSPACED}]"
CANDIDATE = re.compile(
    rf"(?<!{_OTHER_LETTER})(?<!\d)(?:\+ ?|\()?\(?\d(?:(?:_|[^\w\n+]){{0,3}}\d){{5,24}}(?!{_OTHER_LETTER})(?!\d)"
)
LINES = re.compile(r"(?<!\d)\n?\+?\d[\d ()/-]{0,20}(?:\n[\d ()/-]{1,20}){1,6}(?!\w)")
"""Digits on lines of their own, which are one number where a cue comes before them."""

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

WORD = re.compile(r"[^\s.,;:/()+–—-]{1,24}")
HAN_DIGITS = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
HAN_RUN = re.compile(r"[〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{7,15}")


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
    text = LINES.sub(_in_one_line, text)
    text = without_figures(text, CUE)
    for candidate in CANDIDATE.finditer(text):
        found = _dialled(candidate[0], regions, lookups)
        if found:
            yield from ((candidate[0].strip("( "), number) for number in found)
        elif digits_in(candidate[0]) <= MOST_DIGITS and is_behind(CUE, candidate):
            yield candidate[0], ""


def _in_one_line(lines: re.Match[str]) -> str:
    return lines[0].replace("\n", " ") if is_behind(CUE, lines) else lines[0]


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
    for piece in pieces if any(digits_in(piece) > 3 for piece in pieces) else [candidate]:
        if digits_in(piece) < FEWEST_DIGITS:
            continue
        groups = piece.split()
        for count in range(len(groups), max(1, len(groups) - 3) - 1, -1):
            yield " ".join(groups[:count])
        if digits_in(piece) <= MOST_DIGITS:
            yield ("+" if piece.startswith("+") else "") + re.sub(r"\D", "", piece)


def _spoken(text: str, regions: Sequence[str], lookups: Iterator[int]) -> Iterator[tuple[str, str]]:
    """Yield numbers some of whose digits are written as words."""
    run: list[str] = []
    digits, words, end, times = "", 0, 0, 1
    for token in WORD.finditer(with_pairs(text.lower().replace("’", "'"))):
        word = token[0]
        digit = word[1:] if word.startswith(SPOKEN) else DIGIT_WORDS.get(word)
        is_near = not run or token.start() - end <= 3
        if (digit or word.isdecimal()) and is_near:
            run.append(word.lstrip(SPOKEN))
            digits, words, times = digits + (digit or word) * times, words + (digit is not None), 1
        elif run and word in REPEATED and is_near:
            run.append(word)
            times = REPEATED[word]
        else:
            yield from _spoken_run(run, digits, words, regions, lookups)
            run, digits, words, times = ([word.lstrip(SPOKEN)], digit, 1, 1) if digit else ([], "", 0, 1)
        end = token.end()
    yield from _spoken_run(run, digits, words, regions, lookups)


def _spoken_run(
    run: Sequence[str], digits: str, words: int, regions: Sequence[str], lookups: Iterator[int]
) -> Iterator[tuple[str, str]]:
    if words >= 3 and FEWEST_DIGITS <= len(digits) <= MOST_DIGITS:
        for number in _dialled(digits, regions, lookups):
            yield " ".join(run), number

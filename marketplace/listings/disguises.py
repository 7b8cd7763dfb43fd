"""Text as its reader takes it: characters of other widths and scripts, `(at)` and `dot`, l e t t e r s  a p a r t.

Every pattern here and in the modules that read its result repeats only what is bounded or what cannot match in two
ways, so that the time taken grows with the length of the text and no faster, whatever stands in it.
"""

import re
import unicodedata

from marketplace.listings.look_alikes import TO_LATIN, visible

MOST_READ = 20_000
"""Characters of a text that are looked at, of those that are seen; our own form takes 10,000 at most."""

SMALL_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"
"""Those of units, which are what NFKC makes of them."""

KEYCAP = "\u20e3"
"""What makes a digit an emoji, with a variation selector."""

AT = "at|a|ät|et|arroba|arobase|małpa|malpa|klammeraffe|собака|собачка|равлик|ет|艾特|एट|آت"
DOT = "dot|d0t|punkt|pkt|point|punto|ponto|kropka|крапка|точка|点|點|डॉट|نقطة|دوت"

APART = re.compile(r"(?<!\S)(?:[A-Za-z0-9@._-] ){5,}[A-Za-z0-9@_-](?![A-Za-z0-9@_-])")
BRACKETED_AT = re.compile(rf"\s{{0,3}}[(\[{{<*]\s?(?:{AT}|@)\s?[)\]}}>*]\s{{0,3}}", re.IGNORECASE)
BRACKETED_DOT = re.compile(rf"\s{{0,3}}[(\[{{<*]\s?(?:{DOT}|\.)\s?[)\]}}>*]\s{{0,3}}", re.IGNORECASE)
DASHED_AT = re.compile(r"(?<=\w)\s{1,2}[-–~|=/]at[-–~|=/]\s{1,2}(?=\w)", re.IGNORECASE)
DASHED_DOT = re.compile(r"(?<=\w)\s{1,2}[-–~|=/]dot[-–~|=/]\s{1,2}(?=\w)", re.IGNORECASE)
LETTERS_AND_AT = re.compile(r"(?<![\w.@-])(?:\w-){1,30}\w@(?:\w[-.]){2,40}\w(?![\w.@-])")
"""`a-n-n-a@g-m-a-i-l.c-o-m`."""

MIXED = re.compile(r"(?<![^\W\d_])(?:[A-Za-z]{1,40}[\u0370-\u052f]|[\u0370-\u052f]{1,40}[A-Za-z])[^\W\d_]{0,40}")
"""A word of Latin letters and of others that may look the same."""

LATIN_ENDING = re.compile(r"(?<=[A-Za-z0-9-]\.)(?:[сc][оo][мm]|о[рr]g)(?!\w)")
"""An ending whose letters may all be look-alikes."""

ZERO_LIKE = re.compile(r"(?<![^\W\d_])[oO](?=[\d\s.-]{0,2}\d)|(?<=\d)[oO]{1,4}(?=\d|(?!\w))")
ONE_LIKE = re.compile(r"(?<=\d)[lI](?=\d)")


def undisguised(text: str) -> str:
    """Return the first MOST_READ characters of `text` with the usual ways to write what a filter would find undone.

    Letters that look as Latin ones become these in words that have some of both. Digits of all scripts become those of
    ASCII, invisible characters go, brackets or dashes around `at` and `dot` become what they stand for, and single
    letters with blanks between them move together.
    """
    text, _is_all = visible(text, MOST_READ)
    # Character by character: to normalize a whole text takes a time that grows with the square of a run of accents.
    text = text.translate({ord(character): _plain(character) for character in set(text)})[:MOST_READ]
    for pattern in (MIXED, LATIN_ENDING):
        text = pattern.sub(lambda word: word[0].translate(TO_LATIN), text)
    text = APART.sub(_together, text)
    text = LETTERS_AND_AT.sub(lambda letters: letters[0].replace("-", ""), text)
    text = DASHED_DOT.sub(".", DASHED_AT.sub("@", text))
    text = BRACKETED_DOT.sub(".", BRACKETED_AT.sub("@", text))
    return ONE_LIKE.sub("1", ZERO_LIKE.sub(lambda found: "0" * len(found[0]), text))


def _plain(character: str) -> str:
    if character in "\n\t":
        return character
    if character == KEYCAP or unicodedata.category(character) in ("Cf", "Cc", "Cs"):
        return ""
    digit = unicodedata.decimal(character, None)
    if digit is None and unicodedata.category(character) == "No" and character not in SMALL_DIGITS:
        digit = unicodedata.digit(character, None)  # In a circle or on a black one.
    return unicodedata.normalize("NFKC", character) if digit is None else str(digit)


def _together(run: re.Match[str]) -> str:
    return run[0].replace(" ", "") if re.search(r"[A-Za-z@]", run[0]) else run[0]
